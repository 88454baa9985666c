package mapping

import (
	"slices"
	"strconv"

	"usersync/sync/identity"
	"usersync/sync/user"
)

func quote(s string) string { return strconv.Quote(s) }

// Fill sets rec.User, rec.Remote and, if the row is invalid, rec.Err from cells, which are in
// the order of the header. A cell with empty text was left out. It appends attributes to into,
// which has room for Width of them. A delete needs only its id: of the other cells it keeps
// the valid ones, and no secrets.
func (m *Mapper) Fill(rec *user.Record, cells []user.Value, into []user.Attribute) {
	r := m.row(rec, cells)
	var faults user.Faults
	if bad := r.identify(); bad != nil {
		faults.Add(bad)
	}
	if bad := r.readOp(); bad != nil {
		rec.Origin.OpUnread = true
		faults.Add(bad)
	}
	if masked := m.masked(cells); masked != nil && rec.Op != user.Delete {
		rec.User.Attributes, rec.Err = into[:0], masked
		return
	}
	r.fill(into[:0], &faults)
	if rec.Err = faults.Err(); rec.Err == nil && rec.Suspect != nil {
		rec.Err = rec.Suspect
	}
}

// Masked says that the column holds the mask and not the secret.
func Masked(column string, f user.Field) *user.InvalidError {
	return &user.InvalidError{Code: user.CodeMasked, Column: column, Field: f, Rule: "holds " + user.Mask + ", which replaces a secret in rejects",
		Hint: "take it from the original file, or write rejects with rejects_secrets: keep"}
}

func (all secrets) masked(header []string, cells []user.Value) *user.InvalidError {
	for _, s := range all {
		if s.column < len(cells) && cells[s.column] == user.TextValue(user.Mask) {
			return Masked(header[s.column], s.field)
		}
	}
	return nil
}

func (m *Mapper) masked(cells []user.Value) *user.InvalidError {
	if bad := m.secrets.masked(m.header, cells); bad != nil {
		return bad
	}
	return m.named.masked(m.header, cells)
}

// Masked reports whether a cell that provides a secret holds the mask.
func (m *Mapper) Masked(cells []user.Value) bool {
	return m.masked(cells) != nil
}

// Unmask replaces masked cells by those of original. Rows with different ids are different
// users: then nothing changes.
func (m *Mapper) Unmask(cells, original []user.Value) {
	if id := m.idOf(cells); id == "" || id != m.idOf(original) {
		return
	}
	for _, s := range slices.Concat(m.secrets, m.named) {
		if s.column < len(cells) && s.column < len(original) && cells[s.column] == user.TextValue(user.Mask) {
			cells[s.column] = original[s.column]
		}
	}
}

// idOf returns the id of a row; empty if it has none.
func (m *Mapper) idOf(cells []user.Value) string {
	var rec user.Record
	if m.row(&rec, cells).identify() != nil {
		return ""
	}
	return rec.User.ID
}

// checkID cleans an id and refuses what is not one.
func checkID(value user.Value, rules *identity.Policy) (id string, v identity.Verdict) {
	text, err := value.Plain()
	if err != nil || value.Kind == user.JSON && (text == "true" || text == "false") {
		return "", identity.Verdict{Class: identity.Unreadable, Code: identity.CodeBad, Rule: "must be a text or a number"}
	}
	id = identity.Clean(text)
	return id, rules.Check(id)
}

func (s *step) invalid(header []string, code, rule string) *user.InvalidError {
	e := &user.InvalidError{Code: code, Field: s.field, Rule: rule}
	switch {
	case s.column >= 0:
		e.Column = header[s.column]
	case s.program != nil && len(s.program.Columns()) == 1:
		e.Column = header[s.program.Columns()[0]]
	}
	return e
}
