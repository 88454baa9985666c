// Package object parses JSON objects: into the cells that a mapping reads, into the keys that
// they have, and into what a rejects file adds in front of them.
//
// It does not know files, lines or records: packages frame and reader do. What is valid JSON, jsontext
// decides. Start at Parser.
package object

import (
	"bytes"
	"errors"
	"io"

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

	input bytes.Buffer
	dec   *jsontext.Decoder
	rest  valid  // of the record
	text  []byte // of a key or cell, for reuse

	members []member
	known   map[spelling]int
	prefix  []byte // of nested keys: "address."
	depth   int    // how many objects are around them, besides the record
	last    int    // the member whose key was read last
	number  int    // of the record
	// forgotten is the record before which all keys were forgotten last.
	forgotten int
	filled    []int // by column: the record that filled its cell last
	// vague says that the record holds keys of which only the decoder can tell whether they appear
	// twice: it costs the decoder a search for each key. learned says that it was decided what is
	// done with some of its keys. strict says that one of both was true of the last record.
	vague, learned, strict bool
	sure                   bool               // the decoder has found that no key appears twice
	invalid                *user.InvalidError // the first of the record; nil if it is valid
}

// errUnsure ends a try that is not strict before it learns, from a record that may be broken, a
// new column or one of usersync's own keys.
var errUnsure = errors.New("only the decoder can tell whether a key appears twice")

// NewParser returns a Parser for a mapping. Names are those by which a key is known. For
// usersync's own keys, rejectKey returns where the value goes; nil skips it.
func NewParser(m *mapping.Mapper, names map[string]user.Field, rejectKey func(key string) *user.Value) *Parser {
	p := &Parser{mapper: m, names: names, rejectKey: rejectKey, dec: jsontext.NewDecoder(&bytes.Buffer{})}
	p.forget()
	return p
}

// Parse parses raw, of which most cells are then parts. The error says why the record is
// invalid, and holds none of its text.
func (p *Parser) Parse(raw string) *user.InvalidError {
	err := p.try(raw, p.strict)
	if !p.strict && (p.vague || err != nil) {
		err = p.try(raw, true)
	}
	p.strict = p.vague || p.learned // a record with new keys is often followed by another
	if err != nil {
		p.Broken = true
		return p.explain(raw)
	}
	p.Broken = p.invalid != nil && p.invalid.Code == "not_object"
	return p.invalid
}

// try parses raw. Unless it is strict, it finds keys that appear twice only among those that it
// remembers.
func (p *Parser) try(raw string, strict bool) error {
	p.begin(raw)
	if err := p.check(raw, strict); err != nil {
		return err
	}
	if p.sure = strict; p.rest.next() != '{' {
		p.vague = true
		p.refuse(&user.InvalidError{Code: "not_object", Rule: "is not a JSON object", Hint: "write each user as {...}"})
		return nil
	}
	return p.object(0)
}

func (p *Parser) begin(raw string) {
	p.number++
	p.rest, p.prefix, p.depth, p.last, p.vague, p.learned, p.invalid = valid{text: raw}, p.prefix[:0], 0, 0, false, false, nil
	p.HasRejectKeys, p.Syntax, p.Broken, p.FaultAt = false, false, false, 0
	if len(p.members) >= mostMembers && p.number > p.forgotten+forgetAfter {
		p.forget()
	}
	p.members[passing] = nowhere // it would keep the text of its record
	p.fit()
	clear(p.Cells)
}

// check returns what is wrong with raw as JSON.
func (p *Parser) check(raw string, strict bool) error {
	if strict {
		p.reset(raw)
	} else {
		p.reset(raw, jsontext.AllowDuplicateNames(true))
	}
	if _, err := p.dec.ReadValue(); err != nil || p.dec.InputOffset() == int64(len(raw)) {
		return err
	}
	return p.end()
}

// reset makes the decoder read raw.
func (p *Parser) reset(raw string, o ...jsontext.Options) {
	p.input.Reset()
	p.input.WriteString(raw)
	p.dec.Reset(&p.input, o...)
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

// object reads an object to its end, also if a member is invalid, because usersync's own keys may
// come later.
func (p *Parser) object(parent int) error {
	p.rest.at++
	for p.rest.next() != '}' {
		if err := p.member(parent); err != nil {
			return err
		}
	}
	p.rest.at++
	return nil
}

// refuse makes the record invalid, if it is not already.
func (p *Parser) refuse(invalid *user.InvalidError) {
	if p.invalid == nil {
		p.invalid = invalid
	}
}

func (p *Parser) member(parent int) error {
	at := p.key(parent)
	m, begin := &p.members[at], p.rest.next()
	again, fits := m.seen == p.number, m.fits(begin, p.mapper.Columns())
	if !p.sure && (again || !fits) {
		return errUnsure
	}
	if m.seen = p.number; !fits {
		p.learned = true
		p.decide(m, begin == '{')
	}
	p.vague = p.vague || m.vague
	if m.use == opened {
		return p.nested(at)
	}
	value := p.rest.value()
	p.vague = p.vague || p.rest.hasObject
	switch m.use {
	case cell:
		p.keep(m.column, value)
	case own:
		p.keepOwn(m.key, value)
	}
	return nil
}

// keepOwn keeps the value of one of usersync's own keys.
func (p *Parser) keepOwn(name, value string) {
	p.HasRejectKeys = true
	place := p.rejectKey(name)
	if place == nil {
		return
	}
	switch jsontext.Value(value).Kind() {
	case '0':
		*place = user.TextValue(value)
	case '"':
		*place = user.TextValue(p.unquoted(value))
	}
}
