package custom

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

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

// wordError reports an unknown word.
type wordError struct {
	what, word string
	known      []string
}

func (e *wordError) Error() string { return "has the unknown " + e.what + " " + strconv.Quote(e.word) }

// at is a node and its key: custom.create.path.
type at struct {
	*yaml.Node
	key string
}

func (a at) fault(rule, hint string) error {
	return &Error{Line: a.Line, Rule: a.key + " " + rule, Hint: hint}
}

// wrong adds the line and key to err.
func (a at) wrong(err error) error {
	e := &Error{Line: a.Line, Rule: a.key + " " + err.Error()}
	var word *wordError
	if errors.As(err, &word) {
		e.Word, e.Known = word.word, word.known
	}
	return e
}

// below returns the node n at key below a. It follows aliases.
func (a at) below(key string, n *yaml.Node) at {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return at{n, a.key + "." + key}
}

// keys reads a mapping with known keys, each with its own reader.
type keys map[string]func(at) error

func (k keys) read(a at) error {
	return a.each(func(name string, line int, v at) error {
		read, ok := k[name]
		if !ok {
			return &Error{Line: line, Rule: fmt.Sprintf("key %s is not known", v.key), Word: name, Known: k.names()}
		}
		return read(v)
	})
}

func (k keys) names() []string {
	var names []string
	for name := range k {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// each visits the members of a mapping in their order.
func (a at) each(visit func(name string, line int, v at) error) error {
	if a.Kind != yaml.MappingNode {
		return a.fault("must hold keys and values", "write key: value")
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(a.Content); i += 2 {
		k := a.Content[i]
		switch {
		case k.Kind != yaml.ScalarNode || k.Tag == "!!merge":
			return at{k, a.key}.fault("has a key that is not a name", "write key: value; to repeat a whole node, use &name and *name")
		case seen[k.Value]:
			return at{k, a.key + "." + k.Value}.fault("is given twice", "keep one of them")
		}
		seen[k.Value] = true
		if err := visit(k.Value, k.Line, a.below(k.Value, a.Content[i+1])); err != nil {
			return err
		}
	}
	return nil
}

// list visits the elements of a sequence, or the node itself if it is not one.
func (a at) list(visit func(at) error) error {
	if a.Kind != yaml.SequenceNode {
		return visit(a)
	}
	for _, n := range a.Content {
		e := a.below("", n)
		e.key = a.key
		if err := visit(e); err != nil {
			return err
		}
	}
	return nil
}

// scalar returns the text of a value.
func (a at) scalar() (string, error) {
	if name, ok := a.braced(); ok {
		return "{" + name + "}", nil // {id} without quotes
	}
	if a.Kind != yaml.ScalarNode || a.Tag == "!!null" {
		return "", a.fault("must have one value", "remove the line to keep the default")
	}
	return a.Value, nil
}

// braced recognizes {name}, which YAML reads as a mapping of one key without a
// value. {name: null} is a mapping.
func (a at) braced() (string, bool) {
	if a.Kind != yaml.MappingNode || a.Style&yaml.FlowStyle == 0 || len(a.Content) != 2 {
		return "", false
	}
	k, v := a.Content[0], a.Content[1]
	return k.Value, k.Kind == yaml.ScalarNode && v.Kind == yaml.ScalarNode && v.Tag == "!!null" && v.Value == ""
}

func into(to *string) func(at) error {
	return func(a at) (err error) {
		*to, err = a.scalar()
		return err
	}
}

func words[T ~string](to *T, known ...string) func(at) error {
	return func(a at) error {
		text, err := a.scalar()
		if err != nil {
			return err
		}
		if !slices.Contains(known, text) {
			return &Error{Line: a.Line, Rule: a.key + " must be " + strings.Join(known, " or "), Word: text, Known: known}
		}
		*to = T(text)
		return nil
	}
}

func count(to *int, least int) func(at) error {
	return func(a at) error {
		n, err := strconv.Atoi(a.Value)
		if a.Kind != yaml.ScalarNode || err != nil || n < least {
			return a.fault("must be a whole number, at least "+number(least), "")
		}
		*to = n
		return nil
	}
}

func boolean(to *bool) func(at) error {
	return func(a at) error {
		if a.Kind != yaml.ScalarNode || a.Tag != "!!bool" || a.Decode(to) != nil {
			return a.fault("must be true or false", "")
		}
		return nil
	}
}

// plainJSON returns a scalar of the config as JSON, numbers digit for digit.
func plainJSON(a at) (literal, error) {
	switch {
	case a.Tag == "!!null":
		return literal("null"), nil
	case a.Tag == "!!bool":
		var is bool
		err := a.Decode(&is)
		return strconv.AppendBool(nil, is), err
	case a.Tag == "!!str" || a.Tag == "!!timestamp":
		return rest.AppendText(nil, a.Value), nil
	case (a.Tag == "!!int" || a.Tag == "!!float") && json.Valid([]byte(a.Value)):
		return literal(a.Value), nil
	}
	return nil, a.fault("is a value that JSON cannot write", "quote it if it is a text")
}

// lineOf returns a node like root at another line.
func lineOf(root at, line int) *yaml.Node { return &yaml.Node{Kind: root.Kind, Line: line} }
