// Package expression compiles and runs the expressions of a mapping, which compute the value
// of a field from the cells of a row.
//
// An expression sees the row and nothing more, and its time, memory and text are limited. The
// package does not know fields, files or how a mapping is written. Start at NewEnvironment.
package expression

import (
	"encoding/json"
	"regexp"
	"slices"
	"sync"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"usersync/sync/user"
)

const rowName = "row"

// Environment is what expressions see: the row, and nothing more. It is for one goroutine.
type Environment struct {
	header  []string
	typed   bool
	needed  []int
	values  map[string]any
	texts   map[string]string // row, if all cells are text
	cells   map[string]any    // row, if cells are typed
	machine vm.VM
	clean   func(column int, cell user.Value) user.Value
}

// NewEnvironment returns an environment for rows with the columns of header. Cells are texts,
// or values of JSON if typed is set; clean returns a cell as expressions see it.
func NewEnvironment(header []string, typed bool, clean func(column int, cell user.Value) user.Value) *Environment {
	e := &Environment{clean: clean, header: slices.Clone(header), typed: typed, values: map[string]any{},
		texts: map[string]string{}, cells: map[string]any{}, machine: vm.VM{MemoryBudget: memoryBudget}}
	e.values[rowName] = e.texts
	if typed {
		e.values[rowName] = e.cells
	}
	return e
}

// shape declares the names and their types to the compiler.
func (e *Environment) shape() types.Map {
	cell := types.String
	if e.typed {
		cell = types.Any
	}
	shape := types.Map{rowName: types.Map{types.Extra: cell}}
	for _, name := range e.header {
		if e.identifies(name) {
			shape[name] = cell
		}
	}
	return shape
}

var (
	identifier = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`) })
	reserved   = []string{rowName, "let", "in", "not", "and", "or", "nil", "true", "false", "if", "else",
		"contains", "startsWith", "endsWith", "matches"}
)

// identifies reports whether the bare name means a column. names of functions and keywords
// do not; row["..."] always works.
func (e *Environment) identifies(name string) bool {
	return slices.Contains(e.header, name) && identifier().MatchString(name) &&
		!slices.Contains(reserved, name) && !isFunction(name)
}

func isFunction(name string) bool {
	_, builtIn := builtin.Index[name]
	return builtIn || slices.Contains(ownNames[:], name)
}

func (e *Environment) need(column int) {
	if !slices.Contains(e.needed, column) {
		e.needed = append(e.needed, column)
	}
}

// Set sets the cells that expressions use.
func (e *Environment) Set(cells []user.Value) {
	for _, i := range e.needed {
		name, cell := e.header[i], e.clean(i, cells[i])
		if !e.typed {
			e.texts[name] = cell.Text
			if e.identifies(name) {
				e.values[name] = cell.Text
			}
			continue
		}
		e.cells[name] = native(cell)
		if e.identifies(name) {
			e.values[name] = e.cells[name]
		}
	}
}

// native is what an expression sees of a typed cell: numbers as text, to keep every digit.
func native(v user.Value) any {
	if text, err := v.Plain(); err == nil && text != "true" && text != "false" || v.Kind == user.Text || v.Text == "" {
		if v.Kind == user.Text {
			return v.Text
		}
		return text
	}
	var decoded any
	if err := json.Unmarshal([]byte(v.Text), &decoded); err != nil {
		return nil
	}
	return decoded
}

// references collects what an expression uses.
type references struct {
	names, cells []string
	calls        []string // names that are called as functions
	declared     map[string]bool
	rows         int
	problem      string
}

// Visit is called with every node, children first.
func (r *references) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		r.identifier(n.Value)
	case *ast.VariableDeclaratorNode:
		r.declared[n.Name] = true
	case *ast.MemberNode:
		base, isName := n.Node.(*ast.IdentifierNode)
		key, isText := n.Property.(*ast.StringNode)
		if isName && isText && base.Value == rowName {
			r.cells = append(r.cells, key.Value)
			r.rows--
		}
	case *ast.CallNode:
		r.call(n)
	case *ast.BinaryNode:
		bindPlus(node, n)
	}
}

func (r *references) identifier(name string) {
	switch name {
	case rowName:
		r.rows++
	case "$env":
		r.problem = "has an expr with $env; use row"
	default:
		r.names = append(r.names, name)
	}
}

// columns returns the columns used: all if row is used other than as row["name"].
func (r *references) columns(e *Environment) []int {
	var columns []int
	for i, name := range e.header {
		if r.rows > 0 || slices.Contains(r.cells, name) || slices.Contains(r.names, name) {
			columns = append(columns, i)
		}
	}
	return columns
}
