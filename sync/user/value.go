package user

import (
	"encoding/json"
	"errors"
	"strings"
)

// Kind says how a Value was given.
type Kind uint8

// The kinds of values.
const (
	Text  Kind = iota // a CSV cell or a JSON string, without its quotes
	JSON              // any other JSON value, its text kept digit for digit
	Clear             // the mapping says to clear the field
)

// Value is the value of a field. == compares kind and text.
type Value struct {
	Kind Kind
	Text string
}

// TextValue returns a Value of kind Text.
func TextValue(s string) Value { return Value{Text, s} }

// JSONValue returns a Value of kind JSON; raw is one valid JSON value.
func JSONValue(raw string) Value { return Value{JSON, raw} }

// The reasons why a value cannot be converted. They never hold the value.
var (
	ErrNotBool = errors.New("must be true or false")
	ErrNotList = errors.New("must be a JSON array of strings, or items separated by ; or |")
	ErrNotText = errors.New("must be a single text")
)

// Bool reads true, false, yes, no, 1 and 0, in any letter case. Other text is
// ErrNotBool.
func (v Value) Bool() (bool, error) {
	switch strings.ToLower(strings.TrimSpace(v.Text)) {
	case "true", "yes", "1":
		return true, nil
	case "false", "no", "0":
		return false, nil
	}
	return false, ErrNotBool
}

// List reads a JSON array of strings, or text whose items are separated by
// ; or |, trimmed. Only an explicit [] is the empty list: blank text is
// ErrNotList, because an empty list sent by accident removes everything.
func (v Value) List() ([]string, error) {
	text := strings.TrimSpace(v.Text)
	if strings.HasPrefix(text, "[") {
		if list, plain := plainList(text); plain {
			return list, nil
		}
		return anyList(text)
	}
	if text == "" || v.Kind != Text {
		return nil, ErrNotList
	}
	return splitList(text)
}

// plainList reads an array of strings in ASCII without escapes, which nearly all are, without
// copying them; false if it is not one.
func plainList(text string) (list []string, plain bool) {
	items, closed := strings.CutSuffix(text[1:], "]")
	if !closed {
		return nil, false
	}
	list = []string{}
	if items = trimBlanks(items); items == "" {
		return list, true
	}
	for more := true; more; { // a string with a comma falls into two that are not closed
		var item string
		item, items, more = strings.Cut(items, ",")
		item = trimBlanks(item)
		if len(item) < 2 || item[0] != '"' || item[len(item)-1] != '"' || !isPlain(item[1:len(item)-1]) {
			return nil, false
		}
		list = append(list, item[1:len(item)-1])
	}
	return list, true
}

// trimBlanks trims what JSON takes for white space.
func trimBlanks(s string) string {
	for s != "" && isJSONBlank(s[0]) {
		s = s[1:]
	}
	for s != "" && isJSONBlank(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func isJSONBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// isPlain reports whether a JSON string with this text says just that.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func anyList(text string) (list []string, err error) {
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, ErrNotList
	}
	return list, nil
}

func splitList(text string) ([]string, error) {
	list := strings.FieldsFunc(text, func(r rune) bool { return r == ';' || r == '|' })
	for i := range list {
		if list[i] = strings.TrimSpace(list[i]); list[i] == "" {
			return nil, ErrNotList
		}
	}
	if len(list) == 0 {
		return nil, ErrNotList
	}
	return list, nil
}

// Plain returns the text of a Text value, or a JSON number or boolean as it was
// written. Arrays, objects and null are ErrNotText.
func (v Value) Plain() (string, error) {
	if v.Kind == Text {
		return v.Text, nil
	}
	if v.Kind != JSON || v.Text == "null" {
		return "", ErrNotText
	}
	switch v.Text[0] {
	case '[', '{', '"':
		return "", ErrNotText
	}
	return v.Text, nil
}
