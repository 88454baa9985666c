package mapping

import (
	"encoding/json"
	"errors"
	"fmt"

	"usersync/reader/mapping/expression"
	"usersync/sync/user"
)

// compile compiles the expression of a rule.
func (m planner) compile(rule Rule) (*expression.Program, *Error) {
	if m.env == nil {
		m.env = expression.NewEnvironment(m.header, m.o.Typed, m.cleaned)
	}
	p, wrong := m.env.Compile(rule.Expr)
	switch {
	case wrong == nil:
	case wrong.Column != "":
		return nil, m.missing(wrong.Column, rule.Line)
	case wrong.Function != "":
		return nil, rule.fail("has an expr with the unknown function " + quote(wrong.Function) + didYouMean(wrong.Function, expression.Callable()))
	default:
		return nil, rule.fail(wrong.Rule)
	}
	for _, i := range p.Columns() {
		m.columns[m.header[i]] = i
	}
	return p, nil
}

// run evaluates the step's expression over the row that env was set to.
func (m *Mapper) run(s *step) (user.Value, *user.InvalidError) {
	result, err := m.env.Run(s.program)
	if rule, ok := errors.AsType[*expression.RuleError](err); ok {
		return user.Value{}, m.invalid(s, rule.Code, rule.Rule)
	}
	if err != nil {
		return user.Value{}, m.invalid(s, "expression", "cannot be computed from this row by its expr")
	}
	value, err := valueOf(result)
	if err != nil {
		return user.Value{}, m.invalid(s, "expression", "its expr returns something without a JSON form")
	}
	return value, nil
}

func valueOf(result any) (user.Value, error) {
	switch v := result.(type) {
	case nil:
		return user.Value{}, nil
	case string:
		return user.TextValue(v), nil
	}
	raw, err := json.Marshal(result)
	if err != nil {
		return user.Value{}, fmt.Errorf("encode result: %w", err)
	}
	return user.JSONValue(string(raw)), nil
}
