package expression

import (
	"errors"
	"reflect"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/vm/runtime"
)

// The budget of one expression: nodes when compiled, elements of arrays, maps and ranges that
// it may allocate while it runs, and bytes of one text or of the result. The language limits
// the first two but not text, so a chain of `let b = a + a` could double it without end.
const (
	maxNodes     = 200
	memoryBudget = 10_000
	maxText      = 1 << 20
)

var errTooMuch = &RuleError{"too_much", "grows to more than 1 MiB in its expr"}

// The names of + in a compiled expression; they cannot be written in one.
const (
	plusText = "text+"
	plusAny  = "any+"
)

// expanding builtins make more text, or more elements, than their argument has in memory: an
// array may hold another one twice.
var expanding = [...]string{"string", "toJSON", "toBase64", "flatten"}

// bounds are + and the expanding builtins, limited to maxText.
func bounds() []expr.Option {
	return []expr.Option{
		expr.Function(plusText, plus, new(func(string, string) string)),
		expr.Function(plusAny, plus, new(func(any, any) any)),
		bounded("string", new(func(any) string)),
		bounded("toJSON", new(func(any) string)),
		bounded("toBase64", new(func(string) string)),
		bounded("flatten", new(func(any) []any)),
	}
}

// bindPlus limits every + that may join texts.
func bindPlus(node *ast.Node, n *ast.BinaryNode) {
	if n.Operator != "+" {
		return
	}
	name := plusAny
	switch n.Type().Kind() {
	case reflect.String:
		name = plusText
	case reflect.Interface:
	default:
		return
	}
	ast.Patch(node, &ast.CallNode{Callee: &ast.IdentifierNode{Value: name}, Arguments: []ast.Node{n.Left, n.Right}})
}

func plus(params ...any) (any, error) {
	a, isText := params[0].(string)
	b, too := params[1].(string)
	switch {
	case isText && too && len(a)+len(b) > maxText:
		return nil, errTooMuch
	case isText && too:
		return a + b, nil
	}
	return runtime.Add(params[0], params[1]), nil
}

func bounded(name string, signature any) expr.Option {
	f := builtin.Builtins[builtin.Index[name]]
	return expr.Function(name, func(params ...any) (any, error) {
		if len(params) != 1 {
			return nil, errors.New("takes one argument")
		}
		if exceeds(params[0]) {
			return nil, errTooMuch
		}
		out, err := called(f, params)
		if err == nil && exceeds(out) {
			err = errTooMuch
		}
		return out, err
	}, signature)
}

func called(f *builtin.Function, params []any) (out any, err error) {
	switch {
	case f.Fast != nil:
		return f.Fast(params[0]), nil
	case f.Func != nil:
		return f.Func(params...)
	}
	out, _, err = f.Safe(params...)
	return out, err
}

// exceeds reports whether the value, written out, is longer than maxText.
func exceeds(value any) bool { return left(value, maxText) < 0 }

// left returns what value leaves of a budget of bytes; below 0, part of it was not counted.
func left(value any, budget int) int {
	switch v := value.(type) {
	case string:
		return budget - len(v) - 1
	case []any:
		for i := 0; i < len(v) && budget >= 0; i++ {
			budget = left(v[i], budget)
		}
	case []string:
		for i := 0; i < len(v) && budget >= 0; i++ {
			budget -= len(v[i]) + 1
		}
	case map[string]any:
		for key, item := range v {
			if budget -= len(key); budget >= 0 {
				budget = left(item, budget)
			}
		}
	}
	return budget - 1
}
