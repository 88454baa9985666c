package scim

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination/rest"
)

// appendTree appends the JSON of a value.
func appendTree(b []byte, value any) []byte {
	switch v := value.(type) {
	case *object:
		b = append(b, '{')
		for i, m := range v.members {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(rest.AppendText(b, m.name), ':')
			b = appendTree(b, m.value)
		}
		return append(b, '}')
	case *array:
		b = append(b, '[')
		for i, item := range v.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendTree(b, item)
		}
		return append(b, ']')
	case jsontext.Value:
		return append(b, v...)
	}
	return append(b, "null"...)
}

// parseTree reads one JSON value. It keeps nothing of raw.
func parseTree(raw jsontext.Value) (any, error) {
	d := jsontext.NewDecoder(bytes.NewReader(raw), lax)
	return readTree(d)
}

func readTree(d *jsontext.Decoder) (any, error) {
	switch d.PeekKind() {
	case '{':
		return readObject(d)
	case '[':
		return readArray(d)
	}
	v, err := d.ReadValue()
	return v.Clone(), err
}

func readObject(d *jsontext.Decoder) (any, error) {
	o := &object{}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String()
		value, err := readTree(d)
		if err != nil {
			return nil, err
		}
		o.members = append(o.members, member{key, value})
	}
	_, err := d.ReadToken()
	return o, err
}

func readArray(d *jsontext.Decoder) (any, error) {
	a := &array{}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	for k := d.PeekKind(); k != ']' && k != 0; k = d.PeekKind() {
		value, err := readTree(d)
		if err != nil {
			return nil, err
		}
		a.items = append(a.items, value)
	}
	_, err := d.ReadToken()
	return a, err
}

// lax lets words pass that are not UTF-8.
var lax = jsontext.AllowInvalidUTF8(true)
