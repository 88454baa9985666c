package custom

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/form"
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
		case names[ownName(f)]:
			return user.NewInvalidError("unsupported_field", f, "another field has the same name in {others}", "list one of them under ignore:")
		}
		names[ownName(f)] = true
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
	one := &row{record: r}
	for _, f := range d.config.required {
		if _, has := one.value(f); !has {
			faults.Add(user.NewInvalidError("missing_field", f, "is required by the config", "fill the column, or map it under fields:"))
		}
	}
	for _, p := range d.config.patterns {
		v, has := one.value(p.field)
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
	one := d.newRow(n, r, 0)
	for _, f := range n.needs {
		if v, has := one.value(f); f != refRemote && (!has || v.Kind == user.Clear) {
			return user.NewInvalidError("missing_field", f, "is part of the call's address, and the record has none", "fill the column, or map it under fields:")
		}
	}
	for _, by := range n.answer.keysets() {
		if len(d.keysOf(by, r, 0)) == 0 {
			return user.NewInvalidError("missing_field", firstOf(by), "is the key of the user in the answer, and the record has none", "fill the column, or map it under fields:")
		}
	}
	var wrong *form.InvalidError
	body, err := d.bodyOf(n, r)
	if err == nil {
		err = d.checkAddress(n, one)
	}
	switch {
	case errors.As(err, &wrong):
		return user.NewInvalidError("bad_value", wrong.Field, wrong.Err.Error(), clearHint(wrong))
	case err != nil:
		return user.NewInvalidError("bad_value", "", "cannot be encoded into the call", "")
	case n.maxBytes > 0 && len(body) > n.maxBytes:
		return user.NewInvalidError("too_large", "", "the record alone makes a call larger than max_bytes", "")
	}
	return nil
}

func (d *description) bodyOf(n *call, r *user.Record) ([]byte, error) {
	if n.body == nil {
		return nil, nil
	}
	return d.body(n, []*user.Record{r}, false)
}

// checkAddress checks the segments, parameters and headers. Segments that need the
// API's key are not known yet.
func (d *description) checkAddress(n *call, one *row) error {
	for _, t := range n.path {
		text, has, err := t.fill(one)
		if err != nil {
			return err
		}
		if has && (text == "." || text == ".." || strings.ContainsFunc(text, unicode.IsControl)) {
			return &form.InvalidError{Field: n.needs[0], Err: errAddress}
		}
	}
	for _, p := range slices.Concat(n.query, d.config.headers, n.headers) {
		text, _, err := p.value.fill(one)
		if err != nil {
			return err
		}
		if !headerSafe(text) {
			refs := p.value.refs()
			return &form.InvalidError{Field: refs[0].name, Err: errAddress}
		}
	}
	return nil
}

var errAddress = errors.New("holds characters that an address or a header cannot carry")

func clearHint(wrong *form.InvalidError) string {
	if errors.Is(wrong.Err, form.ErrNoClear) {
		return `add clear: null or clear: "" to the section if the API clears so, or remove empty: clear from the mapping`
	}
	return ""
}

// keysets returns the keys that identify users in the answer.
func (w *answer) keysets() (all [][]template) {
	if len(w.buckets) > 0 {
		all = append(all, w.keyedBy)
	}
	for _, l := range w.lists() {
		switch {
		case l.key == nil:
		case l.keyedBy != nil:
			all = append(all, l.keyedBy)
		default:
			all = append(all, w.keyedBy)
		}
	}
	return all
}

// firstOf returns the field that the first of the keys needs.
func firstOf(by []template) user.Field {
	for _, t := range by {
		for _, r := range t.refs() {
			return r.name
		}
	}
	return refID
}
