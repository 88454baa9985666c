package mapping

import (
	"slices"
	"strings"

	"usersync/sync/user"
)

// ops are the operations, which are also the words that a row may use without a map.
var ops = [...]user.Op{user.Upsert, user.Create, user.Update, user.Delete}

// setOp finds what says the operation of each row.
func (m planner) setOp() *Error {
	rule := m.o.Config.OpColumn
	m.op = opColumn{name: user.Trim(rule.Column), index: -1, words: rule.Words}
	switch {
	case rule.Expr != "":
		return m.setOpExpr(rule)
	case m.op.name == "":
		return nil
	}
	if m.op.index = slices.Index(m.header, m.op.name); m.op.index < 0 {
		e := m.missing(m.op.name, 0)
		e.Rule, e.Hint = "op_column: "+e.Rule, "names must match exactly; fix op_column"
		return e
	}
	m.columns[m.op.name] = m.op.index
	return nil
}

func (m planner) setOpExpr(rule OpRule) *Error {
	program, err := m.compile(Rule{Field: "op_column", Expr: rule.Expr})
	if err != nil {
		err.Rule = "op_column: " + strings.TrimPrefix(err.Rule, "fields: op_column ")
		return err
	}
	m.op.program = &step{column: -1, program: program}
	return nil
}

// opColumn says the operation of each row. Without an index and a program there is none.
type opColumn struct {
	name    string
	index   int
	program *step
	words   Words
}

// readOp sets the record's operation, if the row has one.
func (r row) readOp() *user.InvalidError {
	var value user.Value
	switch {
	case r.op.program != nil:
		var err *user.InvalidError
		if value, err = r.run(r.op.program); err != nil {
			return r.op.invalid("cannot be computed from this row by the expr of op_column")
		}
	case r.op.index >= 0:
		value = r.cells[r.op.index]
	default:
		return nil
	}
	word, err := value.Plain()
	if err != nil {
		return r.op.invalid(r.op.rule())
	}
	op, known := r.op.words.op(user.Trim(word))
	if !known {
		return r.op.invalid(r.op.rule())
	}
	r.rec.Op = op
	return nil
}

// rule says which words a row may use. The words of a map are the config's, not a row's.
func (c opColumn) rule() string {
	if c.words == nil {
		return "must be upsert, create, update or delete"
	}
	return "must be a word of op_column's map: " + strings.Join(c.words.sorted(), ", ")
}

func (c opColumn) invalid(rule string) *user.InvalidError {
	e := &user.InvalidError{Code: "bad_op", Column: c.name, Rule: rule}
	switch {
	case c.words != nil:
		e.Hint = "correct the row, or add its word to the map"
	case c.name != "":
		e.Hint = "translate other words in the config: op_column: {column: " + c.name + ", map: {WORD: upsert, OTHER: delete}}"
	}
	return e
}

// OpColumn reports whether column i holds the operation of each row, or helps to compute it.
func (m *Mapper) OpColumn(i int) bool {
	return i == m.op.index || m.op.program != nil && slices.Contains(m.op.program.program.Columns(), i)
}
