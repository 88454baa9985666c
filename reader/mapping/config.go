package mapping

import (
	"encoding/json"
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"

	"usersync/sync/user"
)

// Config is the part of a config file about columns.
type Config struct {
	// Fields says what each field is made from. Without it every column must have a known
	// name; with it only the columns that it mentions are read.
	Fields Fields `yaml:"fields,omitempty"`
	// Ignore lists columns that are not read.
	Ignore []string `yaml:"ignore,omitempty"`
	// OpColumn says the operation of each row.
	OpColumn OpRule `yaml:"-"`
	// NullValues are texts that stand for an empty cell. They are compared exactly, after
	// trimming.
	NullValues []string `yaml:"null_values,omitempty"`
	// KeepBlanks keeps the white space around cells. Without it they are trimmed, except
	// where they become a secret.
	KeepBlanks bool `yaml:"-"`
}

// Fields are rules in the order of the config.
type Fields []Rule

// Rule says what one field is made from: exactly one of Column, Expr and Value.
type Rule struct {
	Field  user.Field
	Column string
	Expr   string
	Value  *user.Value
	// Clear makes an empty cell clear the field, instead of leaving it out.
	Clear bool
	// KeepBlanks keeps the white space around a cell.
	KeepBlanks bool `json:",omitempty"`
	// Nulls are texts that stand for an empty cell, besides those of Config.NullValues.
	Nulls []string `json:",omitempty"`
	Line  int      // in the config; 0 if it did not come from one
}

// UnmarshalYAML reads `field: column`, `field: {column: C, empty: clear}`,
// `field: {expr: E}` and `field: {value: V}`. An error is an *Error.
func (f *Fields) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.MappingNode {
		return &Error{Line: node.Line, Rule: "fields must map our fields to your columns", Hint: "such as  email: Email Address"}
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if seen[key.Value] {
			return &Error{Line: key.Line, Rule: "field " + key.Value + " is mapped twice"}
		}
		seen[key.Value] = true
		rule, err := readRule(user.Field(key.Value), value)
		if err != nil {
			return err
		}
		*f = append(*f, rule)
	}
	return nil
}

func readRule(field user.Field, node *yaml.Node) (Rule, error) {
	rule := Rule{Field: field, Line: node.Line}
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	switch {
	case node.Kind == yaml.MappingNode:
		err := rule.readParts(node)
		return rule, err
	case node.Kind == yaml.ScalarNode && node.Tag != "!!null":
		rule.Column = node.Value
		return rule, rule.check()
	}
	return rule, rule.fail("needs a column name, {column: ...}, {expr: ...} or {value: ...}")
}

func (r *Rule) readParts(node *yaml.Node) error {
	for i := 0; i+1 < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		if err := r.readPart(key, value); err != nil {
			return err
		}
	}
	return r.check()
}

func (r *Rule) readPart(key, value *yaml.Node) error {
	r.Line = key.Line
	switch key.Value {
	case "column", "expr", "empty":
		if value.Kind != yaml.ScalarNode {
			return r.fail(key.Value + " must be a text")
		}
	case "value":
		return r.readValue(value)
	case "trim":
		return r.readTrim(value)
	case "null_values":
		return r.readNulls(value)
	default:
		e := r.fail("has the unknown key " + strconv.Quote(key.Value))
		e.Hint = "known are column, empty, expr, null_values, trim and value" + didYouMean(key.Value, []string{"column", "empty", "expr", "null_values", "trim", "value"})
		return e
	}
	switch key.Value {
	case "column":
		r.Column = value.Value
	case "expr":
		r.Expr = value.Value
	case "empty":
		if value.Value != "clear" {
			return r.fail("empty can only be clear")
		}
		r.Clear = true
	}
	return nil
}

func (r *Rule) readTrim(node *yaml.Node) error {
	trim := true
	if err := node.Decode(&trim); err != nil {
		return r.fail("trim must be true or false")
	}
	r.KeepBlanks = !trim
	return nil
}

func (r *Rule) readNulls(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		r.Nulls = []string{node.Value}
		return nil
	}
	for _, item := range node.Content {
		if node.Kind != yaml.SequenceNode || item.Kind != yaml.ScalarNode {
			return r.fail("null_values must be a list of texts")
		}
		r.Nulls = append(r.Nulls, item.Value)
	}
	return nil
}

// readValue keeps numbers digit for digit.
func (r *Rule) readValue(node *yaml.Node) error {
	for node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if node.Kind == yaml.ScalarNode {
		isNumber := node.Tag == "!!int" || node.Tag == "!!float"
		switch {
		case node.Tag == "!!null":
			return r.fail("value must not be null; leave the field out instead")
		case isNumber && json.Valid([]byte(node.Value)):
			r.Value = &user.Value{Kind: user.JSON, Text: node.Value}
			return nil
		case node.Tag != "!!bool":
			r.Value = &user.Value{Kind: user.Text, Text: node.Value}
			return nil
		}
	}
	var any any
	if err := node.Decode(&any); err != nil {
		return r.fail("value cannot be read as YAML")
	}
	raw, err := json.Marshal(any)
	if err != nil {
		return r.fail("value has no JSON form")
	}
	r.Value = &user.Value{Kind: user.JSON, Text: string(raw)}
	return nil
}

func (r *Rule) check() error {
	if problem := r.problem(); problem != "" {
		return r.fail(problem)
	}
	return nil
}

// problem returns why the rule cannot make its field; "" if it can.
func (r *Rule) problem() string {
	given := 0
	for _, has := range []bool{r.Column != "", r.Expr != "", r.Value != nil} {
		if has {
			given++
		}
	}
	switch {
	case given != 1:
		return "needs exactly one of column, expr and value"
	case r.Clear && r.Column == "":
		return "empty: clear goes with column only"
	case (r.KeepBlanks || r.Nulls != nil) && r.Column == "":
		return "trim and null_values go with column only"
	case r.Clear && (r.Field == user.ID || r.Field == user.RemoteID || r.Field.IsSecret()):
		return "cannot be cleared"
	case r.Field == user.ID && r.Value != nil:
		return "needs a column or an expr: users cannot share an id"
	}
	return ""
}

func (r *Rule) fail(rule string) *Error {
	return &Error{Line: r.Line, Rule: fmt.Sprintf("fields: %s %s", r.Field, rule)}
}
