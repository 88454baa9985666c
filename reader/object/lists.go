package object

import (
	"bytes"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// List is an array of objects inside an object.
type List struct {
	Path  []string // the keys that lead to it
	First []byte   // its first object; nil if the array is empty
}

// maxNesting is how deep in objects an array of objects is looked for.
const maxNesting = 4

// Outline is what the beginning of a file shows of the object that it starts with.
type Outline struct {
	Lists []List
	// Own is an object with the same keys, those of nested objects joined by dots.
	Own []byte
	// Complete says that the object's end was found, and Alone that nothing follows it.
	Complete, Alone bool
}

// OutlineOf returns the outline of the object at the beginning of text, which may be cut
// off anywhere.
func OutlineOf(text []byte) Outline {
	o := Outline{Own: []byte{'{'}}
	dec := jsontext.NewDecoder(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if dec.PeekKind() == '{' {
		o.Complete = o.object(dec, nil)
	}
	o.Own = append(o.Own, '}')
	o.Alone = o.Complete && len(bytes.TrimLeft(text[dec.InputOffset():], " \t\r\n,")) == 0
	return o
}

func (o *Outline) object(dec *jsontext.Decoder, path []string) (complete bool) {
	if _, err := dec.ReadToken(); err != nil {
		return false
	}
	for dec.PeekKind() == '"' {
		name, err := dec.ReadToken()
		if err != nil || !o.member(dec, append(slices.Clone(path), name.String())) {
			return false
		}
	}
	_, err := dec.ReadToken()
	return err == nil
}

func (o *Outline) member(dec *jsontext.Decoder, path []string) (complete bool) {
	switch kind := dec.PeekKind(); {
	case kind == '[':
		return o.array(dec, path)
	case kind == '{' && len(path) < maxNesting:
		return o.object(dec, path)
	}
	value, err := dec.ReadValue()
	if err == nil {
		o.own(strings.Join(path, "."), value)
	}
	return err == nil
}

func (o *Outline) own(name string, value []byte) {
	quoted, err := jsontext.AppendQuote(nil, name)
	if err != nil {
		return
	}
	if len(o.Own) > 1 {
		o.Own = append(o.Own, ',')
	}
	o.Own = append(append(append(o.Own, quoted...), ':'), value...)
}

func (o *Outline) array(dec *jsontext.Decoder, path []string) (complete bool) {
	if _, err := dec.ReadToken(); err != nil {
		return false
	}
	if kind := dec.PeekKind(); kind == '{' || kind == ']' {
		o.Lists = append(o.Lists, List{Path: path})
	}
	o.own(strings.Join(path, "."), []byte("[]"))
	for first := true; dec.PeekKind() != ']'; first = false {
		value, err := dec.ReadValue()
		if err != nil {
			return false
		}
		if first && value.Kind() == '{' {
			o.Lists[len(o.Lists)-1].First = bytes.Clone(value)
		}
	}
	_, err := dec.ReadToken()
	return err == nil
}
