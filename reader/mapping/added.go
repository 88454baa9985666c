package mapping

import (
	"strconv"

	"usersync/sync/user"
)

// mostColumns is how many columns there can be after records have added theirs. Each record takes
// time for all of them, and keys that are data, such as the numbers of orders, have no end.
const mostColumns = 10_000

// Found is what a column is that a record has.
type Found uint8

// A column that is Unknown or Surplus makes the record invalid.
const (
	Unknown Found = iota
	Unread        // the mapping does not need it
	Read
	Surplus // it would be read, but there are too many columns
)

// Place is Column for names that are already read.
func (m *Mapper) Place(name string) (place int, read bool) {
	place, read = m.columns[name]
	return place, read
}

// Column returns the place of the cell for the named column, if that is Read. If cells are typed,
// a known column that is missing from the header gets a new place.
func (m *Mapper) Column(name string) (place int, found Found) {
	if i, ok := m.columns[name]; ok {
		return i, Read
	}
	if len(m.o.Config.Fields) > 0 || m.skipped[name] {
		return 0, Unread
	}
	p := planner{m}
	switch field, known := p.field(name); {
	case !known || !p.fits(field):
		return 0, Unknown
	case len(m.header) >= mostColumns:
		return 0, Surplus
	default:
		place = len(m.header)
		m.header = append(m.header, name)
		p.put(step{field: field, column: place})
		return place, Read
	}
}

// Refusal says why a column that is Unknown or Surplus makes a record invalid.
func (m *Mapper) Refusal(name string, found Found) *user.InvalidError {
	if found == Surplus {
		return &user.InvalidError{Code: "too_many_columns", Rule: "holds a key that would be one column too many: there are " + strconv.Itoa(len(m.header)),
			Hint: "if keys are data, such as numbers of orders, map the columns that you need under fields:"}
	}
	unknown := planner{m}.refusalOf(name, len(m.header))
	return &user.InvalidError{Code: "unknown_column", Rule: unknown.Rule, Hint: unknown.Hint}
}
