package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"usersync/sync/user"
)

// OpRule says where the operation of each row comes from: a column or an expression. The zero
// value says that all rows get the reader's Op.
type OpRule struct {
	// Column holds the operation. It need not be in Fields or Ignore.
	Column string
	// Expr computes it. At most one of Column and Expr is set.
	Expr string
	// Words translate what the row says. Nil: upsert, create, update or delete.
	Words Words
}

// Words are the words of a file and the operations they stand for. Letter case and white
// space around a word do not count. Any other word, and none, is invalid.
type Words map[string]user.Op

// IsSet reports whether rows have an operation of their own.
func (r OpRule) IsSet() bool { return r.Column != "" || r.Expr != "" }

func (w Words) op(word string) (op user.Op, known bool) {
	if w == nil {
		i := slices.IndexFunc(ops[:], func(op user.Op) bool { return strings.EqualFold(word, string(op)) })
		if i < 0 {
			return "", false
		}
		return ops[i], true
	}
	if op, known = w[word]; known {
		return op, true
	}
	for own, op := range w {
		if strings.EqualFold(own, word) {
			return op, true
		}
	}
	return "", false
}

func (w Words) sorted() []string { return slices.Sorted(maps.Keys(w)) }

// ParseOpRule reads a column's name, or a mapping such as
// {column: status, map: {A: upsert, T: delete}} or {expr: E}. An error is an *Error.
func ParseOpRule(text string) (OpRule, error) {
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return OpRule{Column: text}, nil
	}
	var r OpRule
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(text), &node); err != nil || len(node.Content) != 1 || node.Content[0].Kind != yaml.MappingNode {
		return r, opError("cannot be read as YAML", "")
	}
	for i := 0; i+1 < len(node.Content[0].Content); i += 2 {
		if err := r.readPart(node.Content[0].Content[i].Value, node.Content[0].Content[i+1]); err != nil {
			return r, err
		}
	}
	if (r.Column == "") == (r.Expr == "") {
		return r, opError("needs exactly one of column and expr", "")
	}
	return r, nil
}

func (r *OpRule) readPart(key string, value *yaml.Node) *Error {
	switch {
	case key == "map" && value.Kind == yaml.MappingNode:
		return r.readWords(value)
	case key == "map":
		return opError("has a map that is not made of words and operations", "write map: {A: upsert, T: delete}")
	case key != "column" && key != "expr":
		return opError("has the unknown key "+quote(key), "known are column, expr and map")
	case value.Kind != yaml.ScalarNode || strings.TrimSpace(value.Value) == "":
		return opError(key+" must be a text", "")
	case key == "column":
		r.Column = value.Value
	default:
		r.Expr = value.Value
	}
	return nil
}

func (r *OpRule) readWords(n *yaml.Node) *Error {
	r.Words = Words{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		word, value := user.Trim(n.Content[i].Value), n.Content[i+1].Value
		op := user.Op(value)
		if word == "" {
			return opError("maps a blank cell", "a blank cell is always invalid: write the operation into the file, or compute it with expr")
		}
		if _, twice := r.Words.op(word); twice {
			return opError("maps "+quote(word)+" twice", "letter case does not count; keep one of them")
		}
		if !slices.Contains(ops[:], op) {
			return opError("maps "+quote(word)+" to "+quote(value), "an operation is upsert, create, update or delete")
		}
		r.Words[word] = op
	}
	if len(r.Words) == 0 {
		return opError("has an empty map", "write map: {A: upsert, T: delete}")
	}
	return nil
}

func opError(rule, hint string) *Error {
	return &Error{Rule: fmt.Sprintf("op_column %s", rule), Hint: hint}
}
