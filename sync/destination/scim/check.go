package scim

import (
	"slices"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/scim/internal/resource"
	"usersync/sync/user"
)

// CheckColumns checks before a run whether the fields that the input can fill will do
// for op: each must be the path of an attribute, all must be different, and a create
// needs a userName.
func (c *Client) CheckColumns(fields []user.Field, op user.Op) error {
	if op == user.Delete {
		return nil
	}
	seen := map[string]user.Field{}
	for _, f := range fields {
		if f == user.ID || f == user.RemoteID || f == user.Password {
			continue
		}
		t := c.target(f)
		if t.Err != nil {
			return t.Err
		}
		if other, twice := seen[t.Text]; twice && t.Line == 0 {
			return user.NewInvalidError("same_attribute", f, "is the same attribute as "+string(other), "list one of them under ignore:")
		}
		seen[t.Text] = f
	}
	switch {
	case slices.Contains(fields, user.AddressLine2) && !slices.Contains(fields, user.AddressLine1):
		return user.NewInvalidError("missing_column", user.AddressLine1, "the lines of an address are one attribute, so the first line is required", "map it, or list the other lines under ignore:")
	case op != user.Update && !c.config.Upload && !slices.Contains(fields, user.UserName):
		return user.NewInvalidError("missing_column", user.UserName, "SCIM requires it for every user, and the input has no column or value for it",
			"map it under fields: in the config, such as  user_name: email")
	}
	return nil
}

// Check reports whether a server would refuse the record. It checks only the keys of a
// delete.
func (c *Client) Check(r *user.Record) error {
	var faults user.Faults
	faults.Add(destination.CheckID(r.User.ID))
	faults.Add(destination.CheckKey("bad_remote", user.RemoteID, r.Remote))
	if r.Op == user.Delete {
		return faults.Err()
	}
	for i := range r.User.Attributes {
		faults.Add(c.checkAttribute(&r.User.Attributes[i]))
	}
	for _, s := range r.User.Secrets {
		if s.Field != user.Password {
			faults.Add(c.target(s.Field).Err)
		}
	}
	faults.Add(c.checkWhole(r))
	return faults.Err()
}

// checkWhole checks that the record has what it needs.
func (e *encoder) checkWhole(r *user.Record) error {
	if _, named := r.User.Value(user.UserName); !named && r.Op != user.Update && !e.config.Upload {
		return user.NewInvalidError("missing_field", user.UserName, "SCIM requires it for every user", "fill the column, or map another one to user_name")
	}
	if _, key := r.User.Value(user.ExternalID); r.Op == user.Update && !key && len(e.leaves(r)) == 0 && !e.sendsPassword(user.Update, r) {
		return user.NewInvalidError("nothing_to_send", user.ID, "is the only value, so there is nothing to update", "fill another column")
	}
	return nil
}

func (e *encoder) checkAttribute(a *user.Attribute) error {
	t := e.target(a.Field)
	switch {
	case t.Err != nil:
		return t.Err
	case a.Value.Kind == user.Clear && (a.Field == user.UserName || a.Field == user.ExternalID || a.Field == user.Active):
		return user.NewInvalidError("cannot_clear", a.Field, "identifies the user or controls their access", "remove empty: clear from its mapping")
	case a.Value.Kind == user.Clear:
		return nil
	}
	if _, err := t.Wire(a.Value); err != nil {
		return user.NewInvalidError(badCodes[t.Kind], a.Field, err.Error(), "")
	}
	if plain, err := a.Value.Plain(); a.Field == user.UserName && (err != nil || strings.TrimSpace(plain) == "") {
		return user.NewInvalidError("bad_text", a.Field, "must not be blank", "")
	}
	return nil
}

var badCodes = map[resource.Kind]string{resource.Text: "bad_text", resource.Bool: "bad_boolean", resource.List: "bad_list", resource.Parts: "bad_object", resource.Any: "bad_text"}
