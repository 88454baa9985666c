package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/vm"

	"usersync/sync/user"
)

// program is a compiled expression and the columns that it uses.
type program struct {
	code    *vm.Program
	columns []int
}

// barred builtins reach outside the row, are not the same on every run, or can make text
// without limit.
var barred = [...]string{"now", "date", "duration", "timezone", "keys", "values", "toPairs", "repeat", "reduce", "replace", "join"}

func (m planner) compile(rule Rule) (*program, *Error) {
	if m.env == nil {
		m.env = newEnvironment(m.header, m.o.Typed, m.cleaned)
	}
	seen := &references{declared: map[string]bool{}}
	options := append(functions(), expr.Env(m.env.shape()), expr.MaxNodes(maxNodes), expr.Patch(seen))
	for _, name := range slices.Concat(barred[:], expanding[:]) {
		options = append(options, expr.DisableBuiltin(name))
	}
	code, err := expr.Compile(rule.Expr, slices.Concat(options, ownDate(), bounds())...)
	if missing := m.resolve(seen, rule); missing != nil {
		return nil, missing
	}
	if err != nil {
		return nil, rule.fail("has an expr that cannot be compiled: " + firstLine(err))
	}
	p := &program{code: code, columns: seen.columns(m.env)}
	for _, i := range p.columns {
		m.columns[m.header[i]] = i
		m.env.need(i)
	}
	return p, nil
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// resolve finds a column that the expression uses and that is missing from the file.
func (m planner) resolve(seen *references, rule Rule) *Error {
	if seen.problem != "" {
		return rule.fail(seen.problem)
	}
	for _, name := range seen.cells {
		if !slices.Contains(m.header, name) {
			return m.missing(name, rule.Line)
		}
	}
	for _, name := range seen.calls {
		if !isFunction(name) {
			return rule.fail("has an expr with the unknown function " + quote(name) + didYouMean(name, callable()))
		}
	}
	for _, name := range seen.names {
		if !m.env.identifies(name) && !seen.declared[name] && !isFunction(name) {
			return m.missing(name, rule.Line)
		}
	}
	return nil
}

// callable lists the functions that an expression can use.
func callable() []string {
	names := slices.Clone(ownNames[:])
	for name := range builtin.Index {
		if !slices.Contains(barred[:], name) {
			names = append(names, name)
		}
	}
	return names
}

// run evaluates the step's expression over the row that env was set to.
func (m *Mapper) run(s *step) (user.Value, *user.InvalidError) {
	result, err := m.env.machine.Run(s.program.code, m.env.values)
	if err != nil {
		if rule, ok := errors.AsType[*ruleError](err); ok {
			return user.Value{}, m.invalid(s, rule.code, rule.rule)
		}
		return user.Value{}, m.invalid(s, "expression", "cannot be computed from this row by its expr")
	}
	if exceeds(result) {
		return user.Value{}, m.invalid(s, errTooMuch.code, errTooMuch.rule)
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
