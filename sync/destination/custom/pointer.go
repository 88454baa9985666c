package custom

import (
	"errors"
	"strconv"
	"strings"

	"usersync/sync/destination/custom/internal/document"
)

// pointer is a JSON pointer into an answer (RFC 6901). nil means none; an empty one
// is the whole answer.
type pointer []string

var errPointer = errors.New("must be a JSON pointer: empty for the whole, or /key/0/key, with ~1 for / and ~0 for ~")

func parsePointer(text string) (pointer, error) {
	if text == "" {
		return pointer{}, nil
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

func place(to *pointer) func(document.Node) error {
	return func(a document.Node) error {
		text, err := a.Scalar()
		if err != nil {
			return err
		}
		if *to, err = parsePointer(text); err != nil {
			return a.Wrong(err)
		}
		return nil
	}
}

func places(to *[]pointer) func(document.Node) error {
	return func(a document.Node) error {
		return a.List(func(e document.Node) error {
			var p pointer
			err := place(&p)(e)
			*to = append(*to, p)
			return err
		})
	}
}

// in follows the pointer; ok is false if there is no such value, and for nil.
func (p pointer) in(v *value) (found *value, ok bool) {
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

// text returns the text of the string at the pointer, or a number or boolean as
// written.
func (p pointer) text(v *value) string {
	found, ok := p.in(v)
	if !ok {
		return ""
	}
	return found.plain()
}

// arrayPlace reads the index of an array element (RFC 6901 4).
func arrayPlace(token string) (int, bool) {
	n, err := strconv.ParseUint(token, 10, 31)
	return int(n), err == nil && (token == "0" || token[0] != '0')
}
