package mapping

import (
	"slices"
	"strings"

	"usersync/sync/user"
)

// ops are the words that the column of Config.OpColumn takes.
var ops = [...]user.Op{user.Upsert, user.Create, user.Update, user.Delete}

// setOp finds the column that holds the operation of each row.
func (m planner) setOp() *Error {
	name := strings.TrimSpace(m.o.Config.OpColumn)
	if name == "" {
		return nil
	}
	if m.op = (opColumn{name, slices.Index(m.header, name)}); m.op.index < 0 {
		e := m.missing(name, 0)
		e.Rule, e.Hint = "op_column: "+e.Rule, "names must match exactly; fix op_column"
		return e
	}
	m.columns[name] = m.op.index
	return nil
}

// opColumn is the column of Config.OpColumn; its index is -1 if there is none.
type opColumn struct {
	name  string
	index int
}

// read sets the record's operation, if the row has one.
func (c opColumn) read(rec *user.Record, cells []user.Value) *user.InvalidError {
	if c.index < 0 {
		return nil
	}
	if cell := cells[c.index]; cell.Kind == user.Text {
		word := strings.TrimSpace(cell.Text)
		for _, op := range ops {
			if strings.EqualFold(word, string(op)) {
				rec.Op = op
				return nil
			}
		}
	}
	return &user.InvalidError{Code: "bad_op", Column: c.name, Rule: "must be upsert, create, update or delete"}
}

// OpColumn reports whether column i holds the operation of each row.
func (m *Mapper) OpColumn(i int) bool { return i == m.op.index }
