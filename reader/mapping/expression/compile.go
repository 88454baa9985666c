package expression

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/vm"
)

// Program is a compiled expression. It is for one goroutine, as its Environment is.
type Program struct {
	code    *vm.Program
	columns []int
}

// Columns returns the indexes of the columns that the expression uses.
func (p *Program) Columns() []int { return p.columns }

// Error says why an expression cannot be used. One of its fields is set.
type Error struct {
	Column   string // it uses a column that is missing from the header
	Function string // it calls a function that does not exist; Callable lists those that do
	Rule     string // it is wrong in another way; the text continues the name of the field
}

// Error says what is wrong.
func (e *Error) Error() string {
	switch {
	case e.Column != "":
		return "uses the missing column " + e.Column
	case e.Function != "":
		return "calls the unknown function " + e.Function
	}
	return e.Rule
}

// barred builtins reach outside the row, are not the same on every run, or can make text
// without limit.
var barred = [...]string{"now", "date", "duration", "timezone", "keys", "values", "toPairs", "repeat", "reduce", "replace", "join"}

// Callable lists the functions that an expression can use.
func Callable() []string {
	names := slices.Clone(ownNames[:])
	for name := range builtin.Index {
		if !slices.Contains(barred[:], name) {
			names = append(names, name)
		}
	}
	return names
}

// Compile compiles an expression, and makes Set provide the columns that it uses.
func (e *Environment) Compile(text string) (*Program, *Error) {
	seen := &references{declared: map[string]bool{}}
	options := append(functions(), expr.Env(e.shape()), expr.MaxNodes(maxNodes), expr.Patch(seen))
	for _, name := range slices.Concat(barred[:], expanding[:]) {
		options = append(options, expr.DisableBuiltin(name))
	}
	code, err := expr.Compile(text, slices.Concat(options, ownDate(), bounds())...)
	if wrong := e.resolve(seen); wrong != nil {
		return nil, wrong
	}
	if err != nil {
		return nil, &Error{Rule: "has an expr that cannot be compiled: " + firstLine(err)}
	}
	p := &Program{code: code, columns: seen.columns(e)}
	for _, i := range p.columns {
		e.need(i)
	}
	return p, nil
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// resolve finds what the expression uses and does not exist.
func (e *Environment) resolve(seen *references) *Error {
	if seen.problem != "" {
		return &Error{Rule: seen.problem}
	}
	for _, name := range seen.cells {
		if !slices.Contains(e.header, name) {
			return &Error{Column: name}
		}
	}
	for _, name := range seen.calls {
		if !isFunction(name) {
			return &Error{Function: name}
		}
	}
	for _, name := range seen.names {
		if !e.identifies(name) && !seen.declared[name] && !isFunction(name) {
			return &Error{Column: name}
		}
	}
	return nil
}

// Run evaluates a program over the row that was Set. The error is a *RuleError if a cell
// breaks a rule, or if the result is too large.
func (e *Environment) Run(p *Program) (any, error) {
	result, err := e.machine.Run(p.code, e.values)
	if err == nil && exceeds(result) {
		return nil, errTooMuch
	}
	return result, err
}
