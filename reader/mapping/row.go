package mapping

import (
	"errors"

	"usersync/reader/mapping/expression"
	"usersync/sync/identity"
	"usersync/sync/user"
)

// row is one row on its way into a record.
type row struct {
	*Mapper
	rec   *user.Record
	cells []user.Value
}

func (m *Mapper) row(rec *user.Record, cells []user.Value) row {
	if m.env != nil {
		m.env.Set(cells)
	}
	return row{m, rec, cells}
}

// identify sets the id even of a row that is invalid for another reason, because results name
// it.
func (r row) identify() (err *user.InvalidError) {
	value, err := r.value(&r.id)
	if err != nil {
		return err
	}
	id, v := checkID(value, &r.o.IDs)
	if r.rec.User.ID = id; v.Class == identity.Accepted {
		return nil
	}
	err = r.id.invalid(r.header, v.Code, v.Rule)
	switch err.Hint = v.Hint; v.Class {
	case identity.Unreadable:
		r.rec.User.ID = ""
	case identity.UnlessKnown:
		r.rec.Suspect = err
		return nil
	}
	return err
}

// fill sets the fields, and adds what is wrong with any of them.
func (r row) fill(attributes []user.Attribute, faults *user.Faults) {
	for i := range r.steps {
		s := &r.steps[i]
		var value user.Value
		var bad *user.InvalidError
		if s.copies {
			if value = r.cells[s.column]; s.nulls != nil || s.trims && !user.Inked(value.Text) {
				value = s.cleaned(value)
			}
		} else if value, bad = r.value(s); bad != nil && s.optional(r.rec) {
			continue
		}
		switch {
		case bad != nil:
			faults.Add(bad)
		case value.Text == "" && value.Kind != user.Clear:
		case !s.apart:
			attributes = append(attributes, user.Attribute{Field: s.field, Value: value})
		default:
			if bad = r.putApart(s, value); bad != nil {
				faults.Add(bad)
			}
		}
	}
	r.rec.User.Attributes = attributes
}

// optional reports whether the record is valid without the step's field.
func (s *step) optional(rec *user.Record) bool {
	return rec.Op == user.Delete && s.field != user.RemoteID
}

// value returns what the step makes of the row; empty text means left out.
func (r row) value(s *step) (user.Value, *user.InvalidError) {
	switch {
	case s.constant != nil:
		return *s.constant, nil
	case s.program != nil:
		value, err := r.run(s)
		if s.trims && err == nil {
			value.Text = user.Trim(value.Text)
		}
		return value, err
	}
	value := s.cleaned(r.cells[s.column])
	if value.Text == "" && s.clear {
		return user.Value{Kind: user.Clear}, nil
	}
	return value, nil
}

// putApart stores a value that does not belong to the attributes.
func (r row) putApart(s *step, value user.Value) *user.InvalidError {
	if s.optional(r.rec) {
		return nil
	}
	text, err := value.Plain()
	if err != nil {
		return s.invalid(r.header, "not_text", "must be a single text")
	}
	if s.field == user.RemoteID {
		r.rec.Remote, r.rec.OwnRemote = user.Trim(text), true
		return nil
	}
	r.rec.User.Secrets = append(r.rec.User.Secrets, user.SecretAttribute{Field: s.field, Value: user.NewSecret(text)})
	return nil
}

// run evaluates the step's expression over the row that env was set to.
func (r row) run(s *step) (user.Value, *user.InvalidError) {
	result, err := r.env.Run(s.program)
	if rule, ok := errors.AsType[*expression.RuleError](err); ok {
		return user.Value{}, s.invalid(r.header, rule.Code, rule.Rule)
	}
	if err != nil {
		return user.Value{}, s.invalid(r.header, "expression", "cannot be computed from this row by its expr")
	}
	value, err := valueOf(result)
	if err != nil {
		return user.Value{}, s.invalid(r.header, "expression", "its expr returns something without a JSON form")
	}
	return value, nil
}
