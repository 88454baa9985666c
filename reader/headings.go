package reader

import (
	"strings"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

// headings finds rows that are a header and not a user, although they are no exact copy of the
// file's own: one with other letter case, in another order, or with labels below the names.
type headings struct {
	mapper  *mapping.Mapper
	names   map[string]bool // of the columns, in lower case
	lengths uint64          // a bit for each length in bytes that a name has
}

// codeHeader is the code of such a row.
const codeHeader = "header_again"

const longestHeading = 63 // bytes of names that are looked for

func (h *headings) bind(m *mapping.Mapper) {
	*h = headings{mapper: m, names: map[string]bool{}}
	for i := range m.Columns() {
		if name := strings.ToLower(user.Trim(m.Name(i))); name != "" && len(name) <= longestHeading {
			h.names[name] = true
			h.lengths |= 1 << len(name)
		}
	}
}

// check refuses a record whose id is the name of a column, if its other cells say the same. An id
// alone may be that of a user.
func (h *headings) check(rec *user.Record, cells []user.Value) {
	id := rec.User.ID
	if len(id) > longestHeading || h.lengths>>len(id)&1 == 0 || id == "" || !h.names[strings.ToLower(id)] {
		return
	}
	filled, own, others := 0, 0, 0
	for i := range cells {
		text := strings.ToLower(user.Trim(cells[i].Text))
		switch {
		case text == "":
			continue
		case text == strings.ToLower(user.Trim(h.mapper.Name(i))):
			own++
		case h.names[text]:
			others++
		}
		filled++
	}
	if own < 2 && (filled < 2 || own+others < filled) {
		return
	}
	var all user.Faults
	all.Add(&user.InvalidError{Code: codeHeader, Rule: "holds names of columns: it is a header, and not a user", Hint: "remove the line"})
	all.Add(rec.Err)
	rec.Err = all.Err()
}
