package custom

import (
	"slices"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/form"
	"usersync/sync/destination/custom/internal/request"
	"usersync/sync/user"
)

// CheckColumns reports, before a run, whether the calls send every field of the
// input: a field that no call names would silently be left out. Its error is a
// *user.InvalidError.
func (c *Client) CheckColumns(fields []user.Field, op user.Op) error {
	if err := c.config.upsertOnly(op); err != nil {
		return err
	}
	for _, f := range c.config.required {
		if op != user.Delete && !slices.Contains(fields, f) {
			return user.NewInvalidError("missing_column", f, "is required by the config, and the input has no column for it", "add the column, or map it under fields:")
		}
	}
	if op == user.Delete {
		return nil
	}
	names := map[string]bool{}
	for _, f := range fields {
		switch {
		case f == user.ID || f == user.RemoteID || slices.Contains(c.sent, f):
			continue
		case !c.open:
			return user.NewInvalidError("unsupported_field", f, "no call in the config sends it", c.howToSend(f))
		case f.IsSecret():
			return user.NewInvalidError("unsupported_field", f, "{others} sends no secret", "name it in the call, or list the column under ignore:")
		case names[request.OwnName(f)]:
			return user.NewInvalidError("unsupported_field", f, "another field has the same name in {others}", "list one of them under ignore:")
		}
		names[request.OwnName(f)] = true
	}
	return nil
}

func (d *description) howToSend(f user.Field) string {
	return "put {" + string(f) + "} into the call, or list the column under ignore:; the calls send " + strings.Join(texts(d.sent), ", ")
}

func (c *Config) upsertOnly(op user.Op) error {
	if n := c.of(op); n != nil && n.upsert {
		return user.NewInvalidError("upsert_only", "", "the config has one call that creates or updates, so mode "+string(op)+" is not possible",
			"use mode upsert, or describe create: and update: separately")
	}
	return nil
}

// Check reports, as a *user.InvalidError, whether the record fits every call that
// its intent can lead to.
func (c *Client) Check(r *user.Record) error {
	if err := c.config.upsertOnly(r.Op); err != nil {
		return err
	}
	var faults user.Faults
	faults.Add(destination.CheckID(r.User.ID))
	if r.Op != user.Delete {
		faults.Add(c.checkFields(r))
	}
	for op := range c.config.callsOf(r.Op) {
		faults.Add(c.checkCall(c.config.of(op), r))
		if op == user.Update && c.config.reactivate != nil {
			faults.Add(c.checkCall(&c.config.reactivate.call, r))
		}
	}
	return faults.Err()
}

// callsOf yields the calls that an intent can lead to, each once.
func (c *Config) callsOf(intent user.Op) func(yield func(user.Op) bool) {
	return func(yield func(user.Op) bool) {
		switch {
		case intent != user.Upsert:
			if c.of(intent) != nil {
				yield(intent)
			}
		case c.create != nil && yield(user.Create) && c.update != nil && c.update != c.create:
			yield(user.Update)
		}
	}
}

func (d *description) checkFields(r *user.Record) error {
	var faults user.Faults
	for _, f := range d.config.required {
		if _, has := request.Value(r, f); !has {
			faults.Add(user.NewInvalidError("missing_field", f, "is required by the config", "fill the column, or map it under fields:"))
		}
	}
	for _, p := range d.config.patterns {
		v, has := request.Value(r, p.field)
		if has && v.Kind != user.Clear && !p.matches(v, d.config.forms[p.field]) {
			faults.Add(user.NewInvalidError("bad_"+string(p.field), p.field, "must match "+p.text, ""))
		}
	}
	if d.open {
		return faults.Err()
	}
	for _, a := range r.User.Attributes {
		if !slices.Contains(d.sent, a.Field) {
			faults.Add(user.NewInvalidError("unsupported_field", a.Field, "no call in the config sends it", d.howToSend(a.Field)))
		}
	}
	return faults.Err()
}

// matches reports whether a text, or each item of a list, matches the rule.
func (p pattern) matches(v user.Value, f form.Form) bool {
	if f != form.List {
		text, err := v.Plain()
		return err == nil && p.rule.MatchString(text)
	}
	list, err := v.List()
	return err == nil && !slices.ContainsFunc(list, func(item string) bool { return !p.rule.MatchString(item) })
}

// checkCall builds the call for this user alone.
func (d *description) checkCall(n *call, r *user.Record) error {
	if err := n.CheckPath(d.common, r); err != nil {
		return err
	}
	if err := n.answer.CheckKeys(&d.answers, r); err != nil {
		return err
	}
	return n.CheckValues(d.common, r)
}
