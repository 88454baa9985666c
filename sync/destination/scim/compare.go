package scim

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination"
	"usersync/sync/destination/scim/internal/resource"
	"usersync/sync/user"
)

// compare compares r with the user that the server returned. It skips values that the
// server does not return.
func (d *decoder) compare(r *user.Record, o *resource.Object, status int) destination.Found {
	found := destination.Found{Presence: destination.Same, Remote: o.Text("id"), HTTP: status}
	if r.Op == user.Delete && d.config.Deactivate {
		return d.deactivated(o, found)
	}
	if active := o.Text("active"); d.active(user.Update, r) != "" && active != "" && !strings.EqualFold(active, "true") {
		found.Differs = append(found.Differs, user.Active)
	}
	for _, l := range d.leaves(r) {
		shown := o.At(l.Path)
		same := l.agrees(shown)
		if !same {
			found.Differs = append(found.Differs, l.fields...)
		}
		found.Held = append(found.Held, l.held(r, shown, same)...)
	}
	if holds := o.Text("externalId"); tellsExternalID(user.Update, r) {
		if v, given := r.User.Value(user.ExternalID); holds != "" && holds != externalID(r) {
			found.Differs = append(found.Differs, user.ExternalID)
		} else if given {
			found.Held = append(found.Held, user.Attribute{Field: user.ExternalID, Value: v})
		}
	}
	if len(found.Differs) > 0 {
		found.Presence = destination.Different
	}
	found.Held = append(found.Held, d.whole(user.Update, o)...)
	return found
}

// deactivated reports whether a user that is to be deactivated already is: then there is
// nothing left to delete.
func (d *decoder) deactivated(o *resource.Object, found destination.Found) destination.Found {
	if strings.EqualFold(o.Text("active"), "false") {
		found.Presence = destination.Absent
		return found
	}
	found.Presence, found.Differs = destination.Different, []user.Field{user.Active}
	found.Held = d.whole(user.Delete, o)
	return found
}

// whole is the user as it was read, for a call that must send it back.
func (d *decoder) whole(op user.Op, o *resource.Object) []user.Attribute {
	if !d.traits.Ops[op].Merge {
		return nil
	}
	return []user.Attribute{{Field: destination.Whole, Value: user.JSONValue(string(resource.Append(nil, o)))}}
}

// agrees reports whether the server returned what the leaf sends, or nothing.
func (l *leaf) agrees(shown any) bool {
	switch {
	case l.clear:
		return shown == nil
	case shown == nil:
		return true
	}
	sent, err := resource.Parse(l.raw)
	return err == nil && l.covers(shown, sent)
}

// covers reports whether the server returned all that was sent. It may return more parts
// of an object than it was sent.
func (l *leaf) covers(shown, sent any) bool {
	switch s := sent.(type) {
	case *resource.Object:
		o, ok := shown.(*resource.Object)
		return ok && !slices.ContainsFunc(s.Members, func(m resource.Member) bool { return !l.covers(o.Value(m.Name), m.Value) })
	case *resource.Array:
		a, ok := shown.(*resource.Array)
		return ok && len(a.Items) == len(s.Items) && !slices.ContainsFunc(s.Items, func(item any) bool {
			return !slices.ContainsFunc(a.Items, func(other any) bool { return l.covers(other, item) })
		})
	case jsontext.Value:
		raw, ok := shown.(jsontext.Value)
		return ok && l.normal(raw) == l.normal(s)
	}
	return false
}

// normal returns a value in the form in which it is compared.
func (l *leaf) normal(raw jsontext.Value) string {
	text := strings.TrimSpace(resource.Plain(raw))
	switch {
	case l.Kind == resource.Bool || l.Path.Attr == "userName" || l.Path.Attr == "emails":
		return strings.ToLower(text)
	case l.Path.Attr == "phoneNumbers":
		return unspaced.Replace(strings.TrimPrefix(text, "tel:"))
	}
	return text
}

// unspaced removes the separators between a number's digits (RFC 3966 5.1.1).
var unspaced = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "")

// held returns what the server returned under our fields' names.
func (l *leaf) held(r *user.Record, shown any, same bool) []user.Attribute {
	if shown == nil && !l.clear {
		return nil
	}
	var list []user.Attribute
	for _, f := range l.fields {
		value, _ := r.User.Value(f)
		if raw := jsontext.Value(resource.Append(nil, shown)); !same && raw.Kind() == '"' {
			value = user.TextValue(resource.Plain(raw))
		} else if !same {
			value = user.JSONValue(string(raw))
		}
		list = append(list, user.Attribute{Field: f, Value: value})
	}
	return list
}
