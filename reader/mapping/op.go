package mapping

import (
	"slices"
	"strings"

	"usersync/sync/user"
)

// ops are the words that the column of Config.OpColumn takes.
var ops = [...]user.Op{user.Upsert, user.Create, user.Update, user.Delete}

// setOp finds the column that says what is to be done with each row.
func (m *Mapper) setOp() *Error {
	m.op = -1
	name := strings.TrimSpace(m.o.Config.OpColumn)
	if name == "" {
		return nil
	}
	if m.op = slices.Index(m.header, name); m.op < 0 {
		e := m.lacks(name, 0)
		e.Rule, e.Hint = "op_column: "+e.Rule, "names are compared letter by letter; mend op_column"
		return e
	}
	m.columns[name] = m.op
	return nil
}

// operate sets what is to be done with the record, where the row says it.
func (m *Mapper) operate(rec *user.Record, cells []user.Value) *user.InvalidError {
	if m.op < 0 {
		return nil
	}
	if cell := cells[m.op]; cell.Kind == user.Text {
		word := strings.TrimSpace(cell.Text)
		for _, op := range ops {
			if strings.EqualFold(word, string(op)) {
				rec.Op = op
				return nil
			}
		}
	}
	return &user.InvalidError{Code: "bad_op", Column: m.header[m.op], Rule: "must be upsert, create, update or delete"}
}

// OpColumn reports whether column i says what is to be done with each row.
func (m *Mapper) OpColumn(i int) bool { return i == m.op }
