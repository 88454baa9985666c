// Package mapping turns the cells of a row into a user: columns become our fields unchanged, as
// a constant, or by an expression over the row.
//
// It reads no files and sends nothing; the destination checks whether an API takes a value.
// Start at Config for what can be written in YAML and at New for what is checked before the
// first row.
package mapping

import (
	"slices"
	"strconv"
	"strings"

	"usersync/reader/mapping/expression"
	"usersync/sync/identity"
	"usersync/sync/user"
)

// Options are everything that a mapping depends on.
type Options struct {
	Config Config
	// Header names the columns; cells are in the same order. Names are compared without
	// surrounding white space.
	Header []string
	// Names holds every name by which a field is known.
	Names map[string]user.Field
	// Accepts is what the destination takes.
	Accepts Accepts
	// IDs says which texts are not ids; the zero value is the default.
	IDs identity.Policy
	// Typed says that cells may be other than text, as in JSON, and that rows may have
	// columns that are missing from the header.
	Typed bool
}

// Accepts is what a destination takes. The zero value takes every known field.
type Accepts struct {
	Name string
	// Fields may hold "extra." and "attributes." for all fields with that prefix.
	Fields []user.Field
	// Any takes every column by its own name.
	Any bool
}

func (a Accepts) takes(f user.Field) bool {
	if a.Any || len(a.Fields) == 0 || f == user.ID {
		return true
	}
	for _, own := range a.Fields {
		open := own == user.ExtraPrefix || own == user.AttributesPrefix
		if own == f || open && f.IsOpen() && strings.HasPrefix(string(f), string(own)) {
			return true
		}
	}
	return false
}

// Error says that a mapping does not match the file, the destination or itself. It holds names
// of columns and fields, and no content of a row.
type Error struct {
	Line   int    // of the YAML node; 0 if it is not about the config
	Column string // may be empty
	Rule   string
	Hint   string
}

// Error says what is wrong with the mapping, and where.
func (e *Error) Error() string {
	text := e.Rule
	if e.Line > 0 {
		text = "config line " + strconv.Itoa(e.Line) + ": " + text
	}
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// Mapper maps rows. It is for one goroutine.
type Mapper struct {
	o       Options
	header  []string       // trimmed
	columns map[string]int // by trimmed name; only those that are read
	skipped map[string]bool
	steps   []step
	made    map[user.Field]bool // those of the steps and id
	id      step
	op      opColumn
	nulls   nulls                   // of every column
	env     *expression.Environment // nil if there is no expression
	secrets secrets
	named   secrets // other columns that are sent and named like a secret: an earlier run may have masked them
}

// secrets are the columns that provide secrets.
type secrets []source

// source is a column and the field that it provides.
type source struct {
	column int
	field  user.Field
}

// step makes one field of a row.
type step struct {
	field    user.Field
	column   int                 // index of the cell; -1 if there is none
	constant *user.Value         // may be nil
	program  *expression.Program // may be nil
	clear    bool
	trims    bool  // white space around the value is removed
	nulls    nulls // texts that stand for an empty cell

	// copies says that the value is the unchanged cell; apart, that it does not belong to
	// the attributes.
	copies, apart bool
	keepsBlanks   bool // the config says so
}

func (m *Mapper) prepared(s step) step {
	s.trims = !m.o.Config.KeepBlanks && !s.keepsBlanks && !s.field.IsSecret()
	s.nulls = append(slices.Clip(m.nulls), s.nulls...)
	s.copies = s.column >= 0 && s.constant == nil && s.program == nil && !s.clear
	s.apart = s.field.IsSecret() || s.field == user.RemoteID
	return s
}

// Uses reports whether the cell of column i is read at all.
func (m *Mapper) Uses(i int) bool {
	_, used := m.columns[m.header[i]]
	return used
}

// FieldOf returns the field that column i alone provides unchanged; "" if it provides several,
// only an expression, or none.
func (m *Mapper) FieldOf(i int) user.Field {
	var found user.Field
	for _, s := range append([]step{m.id}, m.steps...) {
		if s.column == i && found == "" {
			found = s.field
		}
	}
	return found
}

// Ignores reports whether the config lists the column under ignore:.
func (m *Mapper) Ignores(name string) bool { return m.skipped[name] }

// Width returns the largest number of attributes that a row can have.
func (m *Mapper) Width() int { return len(m.steps) }

// Columns returns the number of cells that Fill expects.
func (m *Mapper) Columns() int { return len(m.header) }

// Name returns the name of column i.
func (m *Mapper) Name(i int) string { return m.header[i] }

// Fields lists the fields that a record can have, id first.
func (m *Mapper) Fields() []user.Field {
	fields := []user.Field{user.ID}
	for _, s := range m.steps {
		fields = append(fields, s.field)
	}
	return fields
}

// Secret reports whether a column provides a secret, by its index.
func (m *Mapper) Secret(column int) bool {
	return slices.ContainsFunc(m.secrets, func(s source) bool { return s.column == column })
}

// SecretColumns names the columns that provide ssn or password, in header order.
func (m *Mapper) SecretColumns() []string {
	var names []string
	for i, name := range m.header {
		if m.Secret(i) {
			names = append(names, name)
		}
	}
	return names
}

// KeyColumns returns the columns that make an id or a key of the API, and that field.
func (m *Mapper) KeyColumns() map[int]user.Field {
	keys := map[int]user.Field{}
	for _, s := range append([]step{m.id}, m.steps...) {
		for _, column := range s.feeds() {
			if (s.field == user.ID || s.field == user.RemoteID) && keys[column] != user.ID {
				keys[column] = s.field
			}
		}
	}
	return keys
}

// feeds lists the columns that the step uses.
func (s *step) feeds() []int {
	switch {
	case s.program != nil:
		return s.program.Columns()
	case s.column >= 0:
		return []int{s.column}
	}
	return nil
}
