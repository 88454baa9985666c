// Package jsontree holds the JSON of an answer as a tree of values, and finds values in it by
// JSON pointer (RFC 6901).
//
// It does not know what the values mean. Start at Parse.
package jsontree

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination/rest"
)

// Value is one value of an answer.
type Value struct {
	Kind  jsontext.Kind // n f t " 0 { [
	Text  string        // a string unquoted, and a number, boolean or null as written
	Names []string      // of an object's members, parallel to Items
	Items []Value
}

var errAfter = errors.New("something follows the JSON of the answer")

// Parse reads an answer. Duplicate names are an error: a user with two ids is
// ambiguous. Text that is not UTF-8 is accepted, because a message may hold it; it
// equals no key.
func Parse(body []byte) (*Value, error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowInvalidUTF8(true))
	var v Value
	if err := v.read(d); err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return nil, errAfter
	}
	return &v, nil
}

func (v *Value) read(d *jsontext.Decoder) error {
	v.Kind = d.PeekKind()
	if v.Kind != '{' && v.Kind != '[' {
		t, err := d.ReadToken()
		if err == nil {
			v.Text = t.String()
		}
		return err
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for k := d.PeekKind(); k != '}' && k != ']'; k = d.PeekKind() {
		if v.Kind == '{' {
			t, err := d.ReadToken()
			if err != nil {
				return err
			}
			v.Names = append(v.Names, t.String())
		}
		v.Items = append(v.Items, Value{})
		if err := v.Items[len(v.Items)-1].read(d); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// member finds a member by name, or an element by number.
func (v *Value) member(token string) (*Value, bool) {
	if v.Kind == '[' {
		n, ok := arrayPlace(token)
		if !ok || n >= len(v.Items) {
			return nil, false
		}
		return &v.Items[n], true
	}
	for i, name := range v.Names {
		if name == token {
			return &v.Items[i], true
		}
	}
	return nil, false
}

// List returns an array's elements, or an object as the only element, because
// answers about one user often have no array. null is an empty list; ok is false
// for other values.
func (v *Value) List() (elements []Value, ok bool) {
	switch v.Kind {
	case '[':
		return v.Items, true
	case '{':
		return []Value{*v}, true
	}
	return nil, v.Kind == 'n'
}

// Plain returns the text of a string, number or boolean; "" for other values.
func (v *Value) Plain() string {
	switch v.Kind {
	case '"', '0', 't', 'f':
		return v.Text
	}
	return ""
}

// Append appends the value as JSON.
func (v *Value) Append(b []byte) []byte {
	switch v.Kind {
	case '"':
		return rest.AppendText(b, v.Text)
	case '[':
		b = append(b, '[')
		for i := range v.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = v.Items[i].Append(b)
		}
		return append(b, ']')
	case '{':
		b = append(b, '{')
		for i := range v.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = v.Items[i].Append(append(rest.AppendText(b, v.Names[i]), ':'))
		}
		return append(b, '}')
	}
	return append(b, v.Text...)
}

// Blank reports whether a value is null, false, 0, "", [] or {}.
func (v *Value) Blank() bool {
	switch v.Kind {
	case '"':
		return v.Text == ""
	case '[', '{':
		return len(v.Items) == 0
	case '0':
		return v.Text == "0"
	}
	return v.Kind == 'n' || v.Kind == 'f'
}
