package mapping

import (
	"maps"
	"slices"
	"strings"

	"usersync/sync/user"
)

// byRules uses the columns that the config mentions.
func (m planner) byRules() error {
	if err := m.refuseStrangers(); err != nil {
		return err
	}
	var errs []*Error
	for _, rule := range m.o.Config.Fields {
		s, err := m.stepOf(rule)
		if err == nil {
			err = m.add(s, rule.Column, rule.Line)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return joined(errs)
}

// refuseStrangers keeps a first row of data out of every message: if no mapped column is in the
// file, its names are not quoted.
func (m planner) refuseStrangers() error {
	var mapped []string
	for _, rule := range m.o.Config.Fields {
		if rule.Column == "" {
			continue // a constant or an expression needs no column of its own
		}
		mapped = append(mapped, rule.Column)
		if slices.Contains(m.header, user.Trim(rule.Column)) {
			return nil
		}
	}
	if len(mapped) == 0 {
		return nil
	}
	if len(mapped) > shownErrors {
		mapped = append(mapped[:shownErrors], "...")
	}
	return &Error{Rule: "none of the mapped columns is in the file: " + strings.Join(mapped, ", "),
		Hint: "check the names under fields:, and that the first line is the header"}
}

func (m planner) stepOf(rule Rule) (step, *Error) {
	s := step{field: rule.Field, column: -1, constant: rule.Value, clear: rule.Clear, keepsBlanks: rule.KeepBlanks, nulls: newNulls(rule.Nulls)}
	if problem := rule.problem(); problem != "" {
		return s, rule.fail(problem)
	}
	if !m.isField(rule.Field) {
		return s, &Error{Line: rule.Line, Rule: "fields: " + string(rule.Field) + " is not a known field" + didYouMean(string(rule.Field), m.fields()),
			Hint: "what has no field of its own goes to extra.NAME or attributes.NAME"}
	}
	switch {
	case rule.Column != "":
		s.column = slices.Index(m.header, user.Trim(rule.Column))
		if s.column < 0 {
			return s, m.missing(rule.Column, rule.Line)
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

// missing names a column that is missing from the file, and the nearest that it has.
func (m planner) missing(column string, line int) *Error {
	rule := "the file has no column " + quote(column)
	if near, ok := Nearest(column, m.header); ok {
		rule += ", the nearest is " + m.shown(near, slices.Index(m.header, near))
	}
	return &Error{Line: line, Column: column, Rule: rule, Hint: "names must match exactly; fix it under fields:"}
}
