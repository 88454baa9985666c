package draft

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"usersync/reader"
	"usersync/reader/mapping"
	"usersync/sync/plausible"
	"usersync/sync/user"
)

// Try maps the sample as a run would, and takes out of the draft the fields whose cells the
// API would refuse in most rows: they are left to a person. o is how the file is read.
// It does nothing for an input that cannot be read twice.
func (d *Draft) Try(ctx context.Context, o reader.Options) error {
	if o.Paths[0] == "-" || !d.has(user.ID) || d.sample.profile.Rows == 0 {
		return nil
	}
	for range len(d.rules) {
		found, err := d.trial(ctx, o)
		if bad, ok := errors.AsType[*reader.InputError](err); ok {
			d.open = append(d.open, decision{top: true, why: "the file cannot be read with this config: " + bad.Error()})
			return nil
		}
		if err != nil {
			return err
		}
		d.tried, d.bad = found.rows, found.bad
		if !d.takeOut(found) {
			return nil
		}
	}
	return nil
}

// trial is what a try shows, by field.
type trial struct {
	rows, bad int
	faults    map[user.Field]int
	rule      map[user.Field]string
}

func (d *Draft) trial(ctx context.Context, o reader.Options) (t trial, err error) {
	t = trial{faults: map[user.Field]int{}, rule: map[user.Field]string{}}
	in, err := reader.Open(ctx, d.options(o))
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	for r, err := range in.Records() {
		if err != nil || t.rows == sampled {
			return t, err
		}
		t.rows++
		if err := r.Err; err != nil {
			t.note(err)
		} else if err := d.check(r); err != nil {
			t.note(err)
		}
	}
	return t, nil
}

func (t *trial) note(err error) {
	if bad, ok := errors.AsType[*user.InvalidError](err); ok {
		t.faults[bad.Field]++
		t.rule[bad.Field] = bad.Rule
	}
	t.bad++
}

// options are those of a run with this draft.
func (d *Draft) options(o reader.Options) reader.Options {
	o.Mapping = mapping.Config{NullValues: d.nulls}
	for _, r := range d.rules {
		own := mapping.Rule{Field: r.field, Column: d.column(r.column).Name}
		if r.expr != "" {
			own.Column, own.Expr = "", r.expr
		}
		o.Mapping.Fields = append(o.Mapping.Fields, own)
	}
	o.Accepts = d.accepts()
	o.Op = user.Upsert
	o.Values = (&plausible.Policy{Do: plausible.Refuse, Now: time.Now()}).Apply
	if d.to == "onbo" {
		o.Values = nil // its client has rules of its own
	}
	if d.sample.layout.HeaderRow > 0 {
		o.CSV.HeaderRow = d.sample.layout.HeaderRow
	}
	if d.sample.lacks.charset != "" {
		o.Charset = d.sample.lacks.charset
	}
	if d.sample.lacks.escape {
		o.CSV.Escape = '\\'
	}
	if d.sample.comment != "" {
		o.CSV.Comment = d.sample.comment
	}
	if len(d.sample.footer) > 0 {
		o.CSV.Footer = d.sample.footer
	}
	return o
}

// takeOut takes out the field that is refused in at least half of the rows that have it, and
// reports whether there is one.
func (d *Draft) takeOut(t trial) bool {
	for i, r := range d.rules {
		if r.field == user.ID || t.faults[r.field]*2 < max(1, d.column(r.column).Values()) {
			continue
		}
		name := d.column(r.column).Name
		o := decision{field: r.field, line: string(r.field) + ": " + r.source(d.column(r.column)), why: fmt.Sprintf("%d of %d rows: %s", t.faults[r.field], t.rows, t.rule[r.field])}
		if r.field == user.Phone && r.expr == "" {
			o.line = fmt.Sprintf("phone: {expr: 'e164(row[%q], \"US\")'}", name)
			o.why = fmt.Sprintf("%d of %d phone numbers have no country code: say whose they are", t.faults[r.field], d.column(r.column).Values())
		}
		d.rules, d.open = slices.Delete(d.rules, i, i+1), append(d.open, o)
		d.unsent[r.column] = "decide on the line above"
		return true
	}
	return false
}
