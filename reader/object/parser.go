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
	input     bytes.Reader
	dec       *jsontext.Decoder

	text   []byte // the text of all cells of this record, one after the other
	spans  []span
	filled []int  // by place: the record that filled it last
	number int    // of the record
	prefix []byte // of nested keys: "address."
}

// span is where in text the cell of a place is.
type span struct {
	place, from, to int
	kind            user.Kind
}

// NewParser returns a Parser for a mapping. Names are those by which a key is known. For
// usersync's own keys, own returns where the value goes; nil skips it.
func NewParser(m *mapping.Mapper, names map[string]user.Field, rejectKey func(key string) *user.Value) *Parser {
	return &Parser{mapper: m, names: names, rejectKey: rejectKey, dec: jsontext.NewDecoder(&bytes.Reader{})}
}

// Parse parses raw. The error says why the record is invalid, and holds none of its text.
func (p *Parser) Parse(raw []byte) *user.InvalidError {
	p.number++
	p.text, p.spans, p.prefix = p.text[:0], p.spans[:0], p.prefix[:0]
	p.HasRejectKeys, p.Syntax, p.Broken, p.FaultAt = false, false, false, 0
	p.input.Reset(raw)
	p.dec.Reset(&p.input)
	invalid, err := p.record()
	if err != nil {
		p.Broken = true
		return p.explain(raw, err)
	}
	p.Broken = invalid != nil && invalid.Code == "not_object"
	if invalid == nil {
		p.assign()
	}
	return invalid
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
		return p.keep(place, name)
	}
	if bytes.HasPrefix(name, []byte(user.RejectPrefix)) {
		return nil, p.keepRejectKey(string(name))
	}
	nested := p.dec.PeekKind() == '{'
	if nested && (string(name) == "extra" || string(name) == "attributes") {
		return p.descend()
	}
	place, read, unknown := p.mapper.Column(string(name))
	switch {
	case read:
		return p.keep(place, name)
	case nested && !p.mapper.Ignores(string(name)):
		return p.descend()
	}
	invalid, _ := errors.AsType[*user.InvalidError](unknown)
	return invalid, p.dec.SkipValue()
}

// descend reads a nested object, joining its keys to ours by a dot.
func (p *Parser) descend() (*user.InvalidError, error) {
	p.prefix = append(p.prefix, '.')
	return p.object()
}

func (p *Parser) keep(place int, name []byte) (*user.InvalidError, error) {
	raw, err := p.dec.ReadValue()
	if err != nil {
		return nil, err
	}
	for len(p.filled) <= place {
		p.filled = append(p.filled, 0)
	}
	if p.filled[place] == p.number {
		return &user.InvalidError{Code: "duplicate_key", Column: string(name), Rule: "appears twice, once with a dot and once nested"}, nil
	}
	p.filled[place] = p.number
	s := span{place: place, from: len(p.text), kind: user.JSON}
	switch raw.Kind() {
	case 'n':
		return nil, nil
	case '"':
		s.kind = user.Text
		p.text, err = jsontext.AppendUnquote(p.text, raw)
	case '{', '[':
		if bytes.ContainsAny(raw, " \t\r\n") { // without any it is compact
			err = raw.Compact()
		}
		p.text = append(p.text, raw...)
	default:
		p.text = append(p.text, raw...)
	}
	s.to = len(p.text)
	p.spans = append(p.spans, s)
	if s.kind == user.Text && bytes.IndexByte(p.text[s.from:], 0) >= 0 {
		return &user.InvalidError{Code: "nul", Column: string(name), Rule: "holds a NUL character"}, err
	}
	return nil, err
}

// assign gives the texts to the cells, with one allocation for all.
func (p *Parser) assign() {
	for len(p.Cells) < p.mapper.Columns() {
		p.Cells = append(p.Cells, user.Value{})
	}
	clear(p.Cells)
	text := string(p.text)
	for _, s := range p.spans {
		p.Cells[s.place] = user.Value{Kind: s.kind, Text: text[s.from:s.to]}
	}
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
