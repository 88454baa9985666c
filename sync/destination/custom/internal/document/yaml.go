// Package document reads a section of a config file node by node. Every error names the line
// and the key, and no value that may be a secret.
//
// It does not know what a section may hold: package custom does. Start at Node.
package document

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"usersync/sync/destination/rest"
)

// Error says what is wrong in the section. It holds no secret.
type Error struct {
	Line int
	Rule string
	Hint string
	// Word is an unknown word, and Known are the words allowed there; both may be
	// empty.
	Word  string
	Known []string
}

// Error returns the line, the broken rule and the hint.
func (e *Error) Error() string {
	text := "config line " + strconv.Itoa(e.Line) + ": " + e.Rule
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// WordError reports an unknown word. Node.Wrong adds where it is.
type WordError struct {
	What, Word string
	Known      []string
}

// Error names the word and what it was meant to be.
func (e *WordError) Error() string { return "has the unknown " + e.What + " " + strconv.Quote(e.Word) }

// ErrBraces reports a text with placeholders whose braces do not match.
var ErrBraces = errors.New("has an unmatched brace; write {field}, or {{ for a brace")

// MaxPieces bounds the nodes that are read, because an alias can contain itself.
const MaxPieces = 10_000

// Node is a node and its key: custom.create.path.
type Node struct {
	*yaml.Node
	Key string
}

// Fault returns an *Error at the node: rule continues its key, and hint may be empty.
func (a Node) Fault(rule, hint string) error {
	return &Error{Line: a.Line, Rule: a.Key + " " + rule, Hint: hint}
}

// Wrong returns err as an *Error at the node.
func (a Node) Wrong(err error) error {
	e := &Error{Line: a.Line, Rule: a.Key + " " + err.Error()}
	var word *WordError
	if errors.As(err, &word) {
		e.Word, e.Known = word.Word, word.Known
	}
	return e
}

// below returns the node n at key below a. It follows aliases.
func (a Node) below(key string, n *yaml.Node) Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return Node{n, a.Key + "." + key}
}

// Keys reads a mapping with known keys, each with its own reader.
type Keys map[string]func(Node) error

// Read calls the reader of each key that the mapping has. An unknown key is an *Error.
func (k Keys) Read(a Node) error {
	return a.Each(func(name string, line int, v Node) error {
		read, ok := k[name]
		if !ok {
			return &Error{Line: line, Rule: fmt.Sprintf("key %s is not known", v.Key), Word: name, Known: k.names()}
		}
		return read(v)
	})
}

// With returns the keys of k and more.
func (k Keys) With(more Keys) Keys {
	all := maps.Clone(k)
	maps.Copy(all, more)
	return all
}

func (k Keys) names() []string {
	var names []string
	for name := range k {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Each visits the members of a mapping in their order.
func (a Node) Each(visit func(name string, line int, v Node) error) error {
	if a.Kind != yaml.MappingNode {
		return a.Fault("must hold keys and values", "write key: value")
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(a.Content); i += 2 {
		k := a.Content[i]
		switch {
		case k.Kind != yaml.ScalarNode || k.Tag == "!!merge":
			return Node{k, a.Key}.Fault("has a key that is not a name", "write key: value; to repeat a whole node, use &name and *name")
		case seen[k.Value]:
			return Node{k, a.Key + "." + k.Value}.Fault("is given twice", "keep one of them")
		}
		seen[k.Value] = true
		if err := visit(k.Value, k.Line, a.below(k.Value, a.Content[i+1])); err != nil {
			return err
		}
	}
	return nil
}

// List visits the elements of a sequence, or the node itself if it is not one.
func (a Node) List(visit func(Node) error) error {
	if a.Kind != yaml.SequenceNode {
		return visit(a)
	}
	for _, n := range a.Content {
		e := a.below("", n)
		e.Key = a.Key
		if err := visit(e); err != nil {
			return err
		}
	}
	return nil
}

// Scalar returns the text of a value.
func (a Node) Scalar() (string, error) {
	if name, ok := a.Braced(); ok {
		return "{" + name + "}", nil // {id} without quotes
	}
	if a.Kind != yaml.ScalarNode || a.Tag == "!!null" {
		return "", a.Fault("must have one value", "remove the line to keep the default")
	}
	return a.Value, nil
}

// Braced recognizes {name}, which YAML reads as a mapping of one key without a
// value. {name: null} is a mapping.
func (a Node) Braced() (string, bool) {
	if a.Kind != yaml.MappingNode || a.Style&yaml.FlowStyle == 0 || len(a.Content) != 2 {
		return "", false
	}
	k, v := a.Content[0], a.Content[1]
	return k.Value, k.Kind == yaml.ScalarNode && v.Kind == yaml.ScalarNode && v.Tag == "!!null" && v.Value == ""
}

// PlainJSON returns a scalar of the config as JSON, numbers digit for digit.
func PlainJSON(a Node) ([]byte, error) {
	switch {
	case a.Tag == "!!null":
		return []byte("null"), nil
	case a.Tag == "!!bool":
		var is bool
		if a.Decode(&is) == nil {
			return strconv.AppendBool(nil, is), nil
		}
	case a.Tag == "!!str" || a.Tag == "!!timestamp":
		return rest.AppendText(nil, a.Value), nil
	case (a.Tag == "!!int" || a.Tag == "!!float") && json.Valid([]byte(a.Value)):
		return []byte(a.Value), nil
	}
	return nil, a.Fault("is a value that JSON cannot write", "quote it if it is a text")
}

// LineOf returns a node like root at another line.
func LineOf(root Node, line int) *yaml.Node { return &yaml.Node{Kind: root.Kind, Line: line} }
