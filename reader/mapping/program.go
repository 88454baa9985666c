package mapping

import (
	"encoding/json"
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
