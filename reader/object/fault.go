package object

import (
	"bytes"
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/user"
)

// explain says what is wrong with raw in our own words: the library's would quote the text.
func (p *Parser) explain(raw string) *user.InvalidError {
	err := p.follow(raw)
	lenient := jsontext.Value(raw).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	p.Syntax = !lenient
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		e := &user.InvalidError{Code: "duplicate_key", Rule: "a key appears twice in the object", Hint: "remove one of them"}
		if where, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
			name := strings.TrimPrefix(string(where.JSONPointer), "/")
			if _, known := p.names[name]; known {
				e.Column = name
			}
		}
		return e
	case errors.Is(err, errMore):
		p.FaultAt = min(int(p.dec.InputOffset()), len(raw))
		return &user.InvalidError{Code: "bad_json", Rule: "holds more than one JSON value", Hint: "write one object per line"}
	case lenient:
		return &user.InvalidError{Code: "bad_json", Rule: "holds text that is not valid Unicode"}
	}
	invalid, at := syntax([]byte(raw), err)
	p.FaultAt = at
	return invalid
}

// follow reads raw, which is not valid, up to its fault, and keeps usersync's own keys in front
// of it.
func (p *Parser) follow(raw string) error {
	p.reset(raw)
	if p.dec.PeekKind() != '{' {
		if err := p.dec.SkipValue(); err != nil {
			return err
		}
		return p.end()
	}
	_, err := p.dec.ReadToken()
	for err == nil && p.dec.PeekKind() != '}' {
		err = p.followMember()
	}
	if err != nil {
		return err
	}
	if _, err = p.dec.ReadToken(); err != nil {
		return err
	}
	return p.end()
}

func (p *Parser) followMember() error {
	key, err := p.dec.ReadValue()
	if err != nil {
		return err
	}
	name := p.unquoted(string(key))
	value, err := p.dec.ReadValue()
	if _, read := p.mapper.Place(name); read || !strings.HasPrefix(name, user.RejectPrefix) {
		return err
	}
	p.HasRejectKeys = true
	if err == nil {
		p.keepOwn(name, string(value))
	}
	return err
}

// syntax says which rule of JSON a text breaks, and nothing of what it holds. At is where it
// does, from its first byte.
func syntax(raw []byte, err error) (invalid *user.InvalidError, at int) {
	invalid = &user.InvalidError{Code: "bad_json", Rule: notJSON, Hint: wholeObject}
	e, ok := errors.AsType[*jsontext.SyntacticError](err)
	if !ok || errors.Is(err, jsontext.ErrDuplicateName) {
		return invalid, 0
	}
	at = min(int(e.ByteOffset), len(raw))
	if !inText(raw[:at]) {
		at = len(raw) - len(bytes.TrimLeft(raw[at:], " \t\r\n"))
	}
	if rule, hint := ruleAt(raw, at); rule != "" {
		invalid.Rule, invalid.Hint = notJSON+": "+rule, hint
	}
	return invalid, at
}

// Fault says what is wrong with text that is not valid JSON, after a colon; nothing if that is
// not known.
func Fault(raw []byte) string {
	_, err := jsontext.NewDecoder(bytes.NewReader(raw)).ReadValue()
	invalid, _ := syntax(raw, err)
	return strings.TrimPrefix(invalid.Rule, notJSON)
}

const (
	notJSON     = "is not valid JSON"
	wholeObject = "write each user as one {...} on one line"
)

// ruleAt returns what is wrong with the byte at that index.
func ruleAt(raw []byte, at int) (rule, hint string) {
	if IsGap(raw) {
		return "nothing is between two commas", "check what writes the list: a user may be missing"
	}
	if at == len(raw) {
		return "", ""
	}
	c, within := raw[at], inText(raw[:at])
	switch {
	case within && c < ' ':
		return "a text holds a line break or another control character", `write it as \n or \t`
	case within && c == '\\':
		return "a backslash in a text is in front of a character that needs none", "double a backslash that is part of the text"
	case within:
		return "", ""
	case c == '\'':
		return "it has single quotes", "JSON has only double quotes: write the file with a JSON library (in Python json.dump, not str)"
	case c == '/' || c == '#':
		return "it has a comment", "JSON has no comments: remove them"
	case c == ',' || c == '}' || c == ']':
		return "a comma or a colon is where a value or a key belongs, or a value is missing", "JSON allows no comma in front of a closing bracket"
	case c == '"':
		return "a comma, a colon or a quote is missing", "write a backslash in front of quotes inside a text"
	case c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.':
		return "it has a number that JSON does not allow, such as one with zeros in front", "put such numbers in double quotes"
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$':
		return "it has a word besides true, false and null, such as NaN or None, or a key without quotes", "write null, or put the word in double quotes"
	}
	return "", ""
}

// inText reports whether what follows is inside of a text.
func inText(before []byte) (inside bool) {
	for i := 0; i < len(before); i++ {
		switch {
		case before[i] == '\\' && inside:
			i++
		case before[i] == '"':
			inside = !inside
		}
	}
	return inside
}
