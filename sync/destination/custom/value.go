package custom

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination/rest"
)

// value is one value of an answer.
type value struct {
	kind  jsontext.Kind // n f t " 0 { [
	text  string        // a string unquoted, and a number, boolean or null as written
	names []string      // of an object's members, parallel to items
	items []value
}

var errShape = errors.New("the answer is JSON, but not of the shape that the config describes")

// parse reads an answer. Duplicate names are an error: a user with two ids is
// ambiguous. Text that is not UTF-8 is accepted, because a message may hold it; it
// equals no key.
func parse(body []byte) (*value, error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowInvalidUTF8(true))
	var v value
	if err := v.read(d); err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); err != io.EOF {
		return nil, errShape
	}
	return &v, nil
}

func (v *value) read(d *jsontext.Decoder) error {
	v.kind = d.PeekKind()
	if v.kind != '{' && v.kind != '[' {
		t, err := d.ReadToken()
		if err == nil {
			v.text = t.String()
		}
		return err
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for k := d.PeekKind(); k != '}' && k != ']'; k = d.PeekKind() {
		if v.kind == '{' {
			t, err := d.ReadToken()
			if err != nil {
				return err
			}
			v.names = append(v.names, t.String())
		}
		v.items = append(v.items, value{})
		if err := v.items[len(v.items)-1].read(d); err != nil {
			return err
		}
	}
	_, err := d.ReadToken()
	return err
}

// member finds a member by name, or an element by number.
func (v *value) member(token string) (*value, bool) {
	if v.kind == '[' {
		n, ok := arrayPlace(token)
		if !ok || n >= len(v.items) {
			return nil, false
		}
		return &v.items[n], true
	}
	for i, name := range v.names {
		if name == token {
			return &v.items[i], true
		}
	}
	return nil, false
}

// list returns an array's elements, or an object as the only element, because
// answers about one user often have no array. null is an empty list; ok is false
// for other values.
func (v *value) list() (elements []value, ok bool) {
	switch v.kind {
	case '[':
		return v.items, true
	case '{':
		return []value{*v}, true
	}
	return nil, v.kind == 'n'
}

// plain returns the text of a string, number or boolean; "" for other values.
func (v *value) plain() string {
	switch v.kind {
	case '"', '0', 't', 'f':
		return v.text
	}
	return ""
}

// append appends the value as JSON.
func (v *value) append(b []byte) []byte {
	switch v.kind {
	case '"':
		return rest.AppendText(b, v.text)
	case '[':
		b = append(b, '[')
		for i := range v.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = v.items[i].append(b)
		}
		return append(b, ']')
	case '{':
		b = append(b, '{')
		for i := range v.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = v.items[i].append(append(rest.AppendText(b, v.names[i]), ':'))
		}
		return append(b, '}')
	}
	return append(b, v.text...)
}
