package mapping

import (
	"strconv"
	"strings"
	"unicode"

	"usersync/sync/user"
)

func quote(s string) string { return strconv.Quote(s) }

// Fill makes rec.User, rec.Remote and, if the row is unfit, rec.Err of cells,
// which stand in the order of the header. A cell with empty text was left out.
// Attributes are appended to into, which has room for Width of them.
func (m *Mapper) Fill(rec *user.Record, cells []user.Value, into []user.Attribute) {
	if m.env != nil {
		m.env.set(cells)
	}
	rec.User.Attributes = into[:0]
	if err := m.fill(rec, cells); err != nil {
		rec.Err = err
	}
}

func (m *Mapper) fill(rec *user.Record, cells []user.Value) *user.InvalidError {
	value, err := m.value(&m.id, cells)
	if err != nil {
		return err
	}
	if rec.User.ID, err = m.identity(value); err != nil {
		return err
	}
	for i := range m.steps {
		s := &m.steps[i]
		if value, err = m.value(s, cells); err != nil {
			return err
		}
		if value.Text == "" && value.Kind != user.Clear {
			continue
		}
		if err = m.put(rec, s, value); err != nil {
			return err
		}
	}
	return nil
}

// value returns what the step makes of the row; empty text is left out.
func (m *Mapper) value(s *step, cells []user.Value) (user.Value, *user.InvalidError) {
	switch {
	case s.constant != nil:
		return *s.constant, nil
	case s.program != nil:
		return m.run(s)
	}
	value := cells[s.column]
	if value.Text == "" && s.clear {
		return user.Value{Kind: user.Clear}, nil
	}
	return value, nil
}

func (m *Mapper) put(rec *user.Record, s *step, value user.Value) *user.InvalidError {
	if !s.field.IsSecret() && s.field != user.RemoteID {
		rec.User.Attributes = append(rec.User.Attributes, user.Attribute{Field: s.field, Value: value})
		return nil
	}
	text, err := value.Plain()
	if err != nil {
		return m.unfit(s, "not_text", "must be a single text")
	}
	if s.field == user.RemoteID {
		rec.Remote = strings.TrimSpace(text)
		return nil
	}
	rec.User.Secrets = append(rec.User.Secrets, user.SecretAttribute{Field: s.field, Value: user.NewSecret(text)})
	return nil
}

// identity trims the id and refuses what cannot stand in the path of a URL.
func (m *Mapper) identity(value user.Value) (string, *user.InvalidError) {
	text, err := value.Plain()
	if err != nil {
		return "", m.unfit(&m.id, "bad_id", "must be a text or a number")
	}
	id := strings.TrimSpace(text)
	switch {
	case id == "":
		return "", m.unfit(&m.id, "no_id", "must not be empty")
	case id == "." || id == "..":
		return "", m.unfit(&m.id, "bad_id", "must not be . or ..")
	case strings.ContainsFunc(id, unicode.IsControl):
		return "", m.unfit(&m.id, "bad_id", "must not hold control characters")
	}
	return id, nil
}

func (m *Mapper) unfit(s *step, code, rule string) *user.InvalidError {
	e := &user.InvalidError{Code: code, Field: s.field, Rule: rule}
	switch {
	case s.column >= 0:
		e.Column = m.header[s.column]
	case s.program != nil && len(s.program.columns) == 1:
		e.Column = m.header[s.program.columns[0]]
	}
	return e
}
