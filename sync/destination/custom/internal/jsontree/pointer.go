package jsontree

import (
	"errors"
	"strconv"
	"strings"
)

// Pointer is a JSON pointer into an answer (RFC 6901). nil means none; an empty one
// is the whole answer.
type Pointer []string

var errPointer = errors.New("must be a JSON pointer: empty for the whole, or /key/0/key, with ~1 for / and ~0 for ~")

// ParsePointer reads a pointer as a config writes it. Its error says what is wrong with it.
func ParsePointer(text string) (Pointer, error) {
	if text == "" {
		return Pointer{}, nil
	}
	if text[0] != '/' {
		return nil, errPointer
	}
	tokens := strings.Split(text[1:], "/")
	for i, t := range tokens {
		if strings.Contains(strings.NewReplacer("~0", "", "~1", "").Replace(t), "~") {
			return nil, errPointer
		}
		tokens[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(t)
	}
	return tokens, nil
}

// In follows the pointer; ok is false if there is no such value, and for nil.
func (p Pointer) In(v *Value) (found *Value, ok bool) {
	if p == nil || v == nil {
		return nil, false
	}
	for _, token := range p {
		if v, ok = v.member(token); !ok {
			return nil, false
		}
	}
	return v, true
}

// Text returns the text of the string at the pointer, or a number or boolean as
// written.
func (p Pointer) Text(v *Value) string {
	found, ok := p.In(v)
	if !ok {
		return ""
	}
	return found.Plain()
}

// arrayPlace reads the index of an array element (RFC 6901 4).
func arrayPlace(token string) (int, bool) {
	n, err := strconv.ParseUint(token, 10, 31)
	return int(n), err == nil && (token == "0" || token[0] != '0')
}
