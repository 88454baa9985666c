package mapping

import (
	"maps"
	"slices"
	"strings"

	"usersync/sync/user"
)

// byRules takes the columns that the config mentions.
func (m planner) byRules() error {
	if err := m.refuseStrangers(); err != nil {
		return err
	}
	var wrong []*Error
	for _, rule := range m.o.Config.Fields {
		s, err := m.stepOf(rule)
		if err == nil {
			err = m.add(s, rule.Column, rule.Line)
		}
		if err != nil {
			wrong = append(wrong, err)
		}
	}
	return joined(wrong)
}

// refuseStrangers keeps a first row of data out of every message: if no mapped
// column is there, the names in the file are not quoted.
func (m planner) refuseStrangers() error {
	var mapped []string
	for _, rule := range m.o.Config.Fields {
		if rule.Column == "" {
			return nil
		}
		mapped = append(mapped, rule.Column)
		if slices.Contains(m.header, strings.TrimSpace(rule.Column)) {
			return nil
		}
	}
	return &Error{Rule: "none of the mapped columns is in the file: " + strings.Join(mapped, ", "),
		Hint: "check the names under fields:, and that the first line is the header"}
}

func (m planner) stepOf(rule Rule) (step, *Error) {
	s := step{field: rule.Field, column: -1, constant: rule.Value, clear: rule.Clear}
	if wrong := rule.wrong(); wrong != "" {
		return s, rule.fail(wrong)
	}
	if !m.isField(rule.Field) {
		return s, &Error{Line: rule.Line, Rule: "fields: " + string(rule.Field) + " is not a known field" + didYouMean(string(rule.Field), m.fields()),
			Hint: "what has no field of its own goes to extra.NAME or attributes.NAME"}
	}
	switch {
	case rule.Column != "":
		s.column = slices.Index(m.header, strings.TrimSpace(rule.Column))
		if s.column < 0 {
			return s, m.lacks(rule.Column, rule.Line)
		}
	case rule.Expr != "":
		var err *Error
		s.program, err = m.compile(rule)
		return s, err
	}
	return s, nil
}

func (m planner) isField(f user.Field) bool {
	return f.IsOpen() || m.o.Accepts.Any && f != "" || slices.Contains(m.fields(), string(f))
}

func (m planner) fields() []string {
	fields := map[string]bool{}
	for _, f := range m.o.Names {
		fields[string(f)] = true
	}
	return slices.Collect(maps.Keys(fields))
}

// lacks names a column that the file does not have, and the nearest that it has.
func (m planner) lacks(column string, line int) *Error {
	rule := "the file has no column " + quote(column)
	if near, ok := Nearest(column, m.header); ok {
		rule += ", the nearest is " + Shown(near, slices.Index(m.header, near))
	}
	return &Error{Line: line, Column: column, Rule: rule, Hint: "names are compared letter by letter; mend it under fields:"}
}
