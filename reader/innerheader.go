package reader

import (
	"strings"

	"usersync/reader/mapping"
	"usersync/sync/identity"
	"usersync/sync/user"
)

// innerHeaders finds rows that are a header and not a user, although they are no exact copy of the
// file's own: one with other letter case, in another order, or with labels below the names.
type innerHeaders struct {
	mapper  *mapping.Mapper
	names   []string // of the columns
	lengths uint64   // a bit for each length in bytes that a name has
	moved   bool     // a header in another order came: what follows is not in our columns
}

const longestHeader = 63 // bytes of names that are looked for

func (h *innerHeaders) bind(m *mapping.Mapper) {
	*h = innerHeaders{mapper: m}
	for i := range m.Columns() {
		if name := user.Trim(m.Name(i)); name != "" && len(name) <= longestHeader {
			h.names = append(h.names, name)
			h.lengths |= 1 << len(name)
		}
	}
}

// check refuses a record whose id is the name of a column, if its other cells say the same. An id
// alone may be that of a user. Below a header in another order it refuses all records, whose cells
// are not what they seem to be: not even the id.
func (h *innerHeaders) check(rec *user.Record, cells []user.Value) {
	id := rec.User.ID
	if h.moved {
		rec.User.ID = ""
		refuseHeader(rec, "is below a header whose columns are in another order than those of the file", "split the file at that header")
		return
	}
	if len(id) > longestHeader || h.lengths>>len(id)&1 == 0 || !h.isName(id) {
		return
	}
	filled, own, others := 0, 0, 0
	for i := range cells {
		text := user.Trim(cells[i].Text)
		switch {
		case text == "":
			continue
		case strings.EqualFold(text, user.Trim(h.mapper.Name(i))):
			own++
		case h.isName(text):
			others++
		}
		filled++
	}
	if own < 2 && (filled < 2 || own+others < filled) {
		return
	}
	if h.moved = others > 1 && own+others == filled; h.moved {
		refuseHeader(rec, "holds names of columns, in another order: it is a header, and not a user", "split the file here")
		return
	}
	refuseHeader(rec, "holds names of columns: it is a header, and not a user", "remove the line")
}

func refuseHeader(rec *user.Record, rule, hint string) {
	var all user.Faults
	all.Add(&user.InvalidError{Code: identity.CodeHeader, Rule: rule, Hint: hint})
	all.Add(rec.Err)
	rec.Err = all.Err()
}

// isName reports whether a text is the name of a column, in any letter case. Nearly all ids differ
// from all names in their length or their first letter.
func (h *innerHeaders) isName(text string) bool {
	for _, name := range h.names {
		if len(name) == len(text) && strings.EqualFold(name, text) {
			return true
		}
	}
	return false
}
