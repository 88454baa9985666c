package scim

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// object is a JSON object whose names are looked up whatever their letter case (RFC 7643 2.1).
type object map[string]any

var errNotObject = errors.New("not a JSON object")

// parse reads one object; numbers keep their digits.
func parse(text []byte) (object, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var o object
	if err := d.Decode(&o); err != nil || o == nil || d.More() {
		return nil, errNotObject
	}
	return o, nil
}

func (o object) name(wanted string) string {
	if _, ok := o[wanted]; ok {
		return wanted
	}
	for name := range o {
		if strings.EqualFold(name, wanted) {
			return name
		}
	}
	return wanted
}

func (o object) get(name string) any      { return o[o.name(name)] }
func (o object) set(name string, v any)   { o[o.name(name)] = v }
func (o object) drop(name string)         { delete(o, o.name(name)) }
func (o object) text(name string) string  { s, _ := o.get(name).(string); return s }
func (o object) has(schema string) bool   { return contains(o.get("schemas"), schema) }
func (o object) child(name string) object { return objectOf(o.get(name)) }

func objectOf(v any) object {
	m, _ := v.(map[string]any)
	return object(m)
}

func contains(list any, text string) bool {
	items, _ := list.([]any)
	for _, item := range items {
		if s, ok := item.(string); ok && strings.EqualFold(s, text) {
			return true
		}
	}
	return false
}

// encode cannot fail: its values come from parse or from this package.
func encode(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return text
}
