// Package object parses JSON objects: into the cells that a mapping reads, into the keys that
// they have, and into what a rejects file adds in front of them.
//
// It does not know files, lines or records: packages frame and reader do. Start at Parser.
package object

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

// Parser parses one JSON object after the other into the cells that the mapping reads. It is
// for one goroutine.
type Parser struct {
	// Cells are those of the last object, by the columns of the mapping. They are valid
	// until the next Parse.
	Cells []user.Value
	// About the last object: HasRejectKeys says that it has keys of usersync's own, Syntax that it
	// is not valid JSON at all, and Broken that it could not be parsed.
	HasRejectKeys, Syntax, Broken bool
	FaultAt                       int // where it is not valid JSON, from its first byte

	mapper    *mapping.Mapper
	rejectKey func(key string) *user.Value // nil for a key that is not kept
	names     map[string]user.Field
	raw       string // the record
	input     bytes.Buffer
	dec       *jsontext.Decoder

	number int    // of the record
	prefix []byte // of nested keys: "address."
	text   []byte // of a cell, for reuse

	columns []column // by place + 1; the first stands for the beginning of a record
	last    int      // the column whose key was read last
	// others says that the record has keys that fill no column of their own: those of nested
	// objects, and those that are not read. strict says that records had such keys. Only the
	// decoder can tell whether these appear twice, which costs it a search for each key.
	others, strict bool
	sure           bool // this try is strict
}

// errUnsure ends a try that is not strict before it learns, from a record that may be broken, a
// new column or one of usersync's own keys.
var errUnsure = errors.New("only the decoder can tell whether a key appears twice")

// NewParser returns a Parser for a mapping. Names are those by which a key is known. For
// usersync's own keys, rejectKey returns where the value goes; nil skips it.
func NewParser(m *mapping.Mapper, names map[string]user.Field, rejectKey func(key string) *user.Value) *Parser {
	return &Parser{mapper: m, names: names, rejectKey: rejectKey, dec: jsontext.NewDecoder(&bytes.Buffer{})}
}

// Parse parses raw, of which most cells are then parts. The error says why the record is
// invalid, and holds none of its text.
func (p *Parser) Parse(raw string) *user.InvalidError {
	invalid, err := p.try(raw, p.strict)
	if !p.strict && (p.others || invalid != nil || err != nil) {
		invalid, err = p.try(raw, true)
		p.strict = p.others
	}
	if err != nil {
		p.Broken = true
		return p.explain([]byte(raw), err)
	}
	p.Broken = invalid != nil && invalid.Code == "not_object"
	return invalid
}

// try parses raw. Unless it is strict, a key that appears twice is found only if it fills a column.
func (p *Parser) try(raw string, strict bool) (*user.InvalidError, error) {
	p.number++
	p.sure = strict
	p.raw, p.prefix, p.last, p.others = raw, p.prefix[:0], 0, false
	p.HasRejectKeys, p.Syntax, p.Broken, p.FaultAt = false, false, false, 0
	clear(p.Cells)
	p.fit()
	p.input.Reset()
	p.input.WriteString(raw)
	if strict {
		p.dec.Reset(&p.input)
	} else {
		p.dec.Reset(&p.input, jsontext.AllowDuplicateNames(true))
	}
	return p.record()
}

func (p *Parser) record() (*user.InvalidError, error) {
	if p.dec.PeekKind() != '{' {
		if err := p.dec.SkipValue(); err != nil {
			return nil, err
		}
		return &user.InvalidError{Code: "not_object", Rule: "is not a JSON object", Hint: "write each user as {...}"}, p.end()
	}
	invalid, err := p.object()
	if err != nil {
		return nil, err
	}
	return invalid, p.end()
}

var errMore = errors.New("more than one value")

func (p *Parser) end() error {
	_, err := p.dec.ReadToken()
	switch err {
	case io.EOF:
		return nil
	case nil:
		return errMore
	}
	return err
}

// object reads on to the end of the object even if a member is invalid, to tell broken JSON
// from an invalid record.
func (p *Parser) object() (invalid *user.InvalidError, err error) {
	if _, err = p.dec.ReadToken(); err != nil {
		return nil, err
	}
	for p.dec.PeekKind() != '}' {
		memberInvalid, err := p.member()
		if err != nil {
			return nil, err
		}
		if invalid == nil {
			invalid = memberInvalid
		}
	}
	_, err = p.dec.ReadToken()
	return invalid, err
}

func (p *Parser) member() (*user.InvalidError, error) {
	quoted, err := p.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	if place, is := p.expected(quoted); is {
		return p.keep(place)
	}
	outer := len(p.prefix)
	if p.prefix, err = jsontext.AppendUnquote(p.prefix, quoted); err != nil {
		return nil, err
	}
	invalid, err := p.value(p.prefix)
	p.prefix = p.prefix[:outer]
	return invalid, err
}

func (p *Parser) value(name []byte) (*user.InvalidError, error) {
	if place, read := p.mapper.Place(name); read {
		p.expect(place)
		return p.keep(place)
	}
	if !p.sure {
		return nil, errUnsure
	}
	if bytes.HasPrefix(name, []byte(user.RejectPrefix)) {
		p.others = true
		return nil, p.keepRejectKey(string(name))
	}
	nested := p.dec.PeekKind() == '{'
	if nested && (string(name) == "extra" || string(name) == "attributes") {
		return p.descend()
	}
	place, read, unknown := p.mapper.Column(string(name))
	switch {
	case read:
		return p.keep(place)
	case nested && !p.mapper.Ignores(string(name)):
		return p.descend()
	}
	p.others = true
	invalid, _ := errors.AsType[*user.InvalidError](unknown)
	return invalid, p.dec.SkipValue()
}

// descend reads a nested object, joining its keys to ours by a dot.
func (p *Parser) descend() (*user.InvalidError, error) {
	p.others = true
	p.prefix = append(p.prefix, '.')
	return p.object()
}

func (p *Parser) keepRejectKey(name string) error {
	p.HasRejectKeys = true
	raw, err := p.dec.ReadValue()
	place := p.rejectKey(name)
	if err != nil || place == nil {
		return err
	}
	switch raw.Kind() {
	case '0':
		*place = user.TextValue(string(raw))
	case '"':
		var text []byte
		text, err = jsontext.AppendUnquote(nil, raw)
		*place = user.TextValue(string(text))
	}
	return err
}

// explain says what is wrong in our own words: the library's would quote the text.
func (p *Parser) explain(raw []byte, err error) *user.InvalidError {
	lenient := jsontext.Value(raw).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	p.Syntax = !lenient
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		e := &user.InvalidError{Code: "duplicate_key", Rule: "a key appears twice in the object", Hint: "remove one of them"}
		name := strings.TrimPrefix(string(p.dec.StackPointer()), "/")
		if _, known := p.names[name]; known {
			e.Column = name
		}
		return e
	case errors.Is(err, errMore):
		p.FaultAt = min(int(p.dec.InputOffset()), len(raw))
		return &user.InvalidError{Code: "bad_json", Rule: "holds more than one JSON value", Hint: "write one object per line"}
	case lenient:
		return &user.InvalidError{Code: "bad_json", Rule: "holds text that is not valid Unicode"}
	}
	invalid, at := syntax(raw, err)
	p.FaultAt = at
	return invalid
}
