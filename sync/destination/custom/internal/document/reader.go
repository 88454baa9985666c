package document

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Into returns a reader that stores the text of a value.
func Into(to *string) func(Node) error {
	return func(a Node) (err error) {
		*to, err = a.Scalar()
		return err
	}
}

// Words returns a reader that stores one of the known words.
func Words[T ~string](to *T, known ...string) func(Node) error {
	return func(a Node) error {
		text, err := a.Scalar()
		if err != nil {
			return err
		}
		if !slices.Contains(known, text) {
			return &Error{Line: a.Line, Rule: a.Key + " must be " + oneOf(known), Word: text, Known: known}
		}
		*to = T(text)
		return nil
	}
}

// Count returns a reader that stores a whole number of at least least.
func Count(to *int, least int) func(Node) error {
	return func(a Node) error {
		n, err := strconv.Atoi(a.Value)
		if a.Kind != yaml.ScalarNode || err != nil || n < least {
			return a.Fault("must be a whole number, at least "+strconv.Itoa(least), "")
		}
		*to = n
		return nil
	}
}

// Boolean returns a reader that stores true or false.
func Boolean(to *bool) func(Node) error {
	return func(a Node) error {
		if a.Kind != yaml.ScalarNode || a.Tag != "!!bool" || a.Decode(to) != nil {
			return a.Fault("must be true or false", "")
		}
		return nil
	}
}

// oneOf lists words of which one is to be chosen: a, b or c.
func oneOf(words []string) string {
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " or " + words[last]
	}
	return strings.Join(words, "")
}
