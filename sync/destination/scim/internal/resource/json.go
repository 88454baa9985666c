package resource

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination/rest"
)

// Append appends the JSON of a value.
func Append(b []byte, value any) []byte {
	switch v := value.(type) {
	case *Object:
		b = append(b, '{')
		for i, m := range v.Members {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(rest.AppendText(b, m.Name), ':')
			b = Append(b, m.Value)
		}
		return append(b, '}')
	case *Array:
		b = append(b, '[')
		for i, item := range v.Items {
			if i > 0 {
				b = append(b, ',')
			}
			b = Append(b, item)
		}
		return append(b, ']')
	case jsontext.Value:
		return append(b, v...)
	}
	return append(b, "null"...)
}

// Parse reads one JSON value. The result does not alias raw.
func Parse(raw jsontext.Value) (any, error) {
	d := jsontext.NewDecoder(bytes.NewReader(raw), Lax)
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
	o := &Object{}
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
		o.Members = append(o.Members, Member{key, value})
	}
	_, err := d.ReadToken()
	return o, err
}

func readArray(d *jsontext.Decoder) (any, error) {
	a := &Array{}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	for k := d.PeekKind(); k != ']' && k != 0; k = d.PeekKind() {
		value, err := readTree(d)
		if err != nil {
			return nil, err
		}
		a.Items = append(a.Items, value)
	}
	_, err := d.ReadToken()
	return a, err
}

// Lax accepts invalid UTF-8.
var Lax = jsontext.AllowInvalidUTF8(true)

// Quote returns s as a JSON string.
func Quote(s string) jsontext.Value { return rest.AppendText(make([]byte, 0, len(s)+2), s) }

// Plain returns the text of a string, and any other value unchanged.
func Plain(v jsontext.Value) string {
	if v.Kind() != '"' {
		return string(v)
	}
	text, err := jsontext.AppendUnquote(nil, v)
	if err != nil {
		return ""
	}
	return string(text)
}

// Scalar returns the text of a string, number or boolean; "" for other values.
func Scalar(v jsontext.Value) string {
	switch v.Kind() {
	case '"', '0', 't', 'f':
		return Plain(v)
	}
	return ""
}
