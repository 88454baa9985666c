package kard

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/user"
)

// multiStatus reads an answer about many users:
//
//	{"errors":[{"id":"u-2","status":"409","title":"Conflict","detail":"..."}],
//	 "data":[{"type":"user","id":"u-1","attributes":{...}}]}
//
// An error belongs to the user whose id it carries (Kard API reference,
// CreateUsersMultiStatusResponse). This is not JSON:API's meaning of an error's id,
// nor does the position in the list matter. Either list may be absent, short or in
// any order. multiStatus decides what that means for each user; answer reads it.
type multiStatus struct{ answer }

// answer is the content of a multi-status answer: the users in it, and the errors.
type answer struct {
	records    []*user.Record
	echoed     []bool    // by position in the call: the user is in data
	anyEchoed  bool      // some user of the call is in data
	errors     []problem // in the answer's order
	unknownIDs int       // entries whose id was not in the call

	decoder, inner jsontext.Decoder
	source         stream
	object         bytes.Buffer
	shapes         shapes         // of entries, in earlier answers, too
	next           int            // position after that of the last user in data
	owned          int            // position of the user in the last error
	places         map[string]int // by id; built when data, or errors, are not in the call's order
	indexed        bool
	scratch, tmp   []byte
}

var errShape = errors.New("the answer is JSON, but not of the documented shape")

// lax accepts text that is not UTF-8. Ids are compared byte for byte, so such an id
// matches no user. Duplicate names remain an error: a user with two ids is
// ambiguous.
var lax = jsontext.AllowInvalidUTF8(true)

// read reads body, the answer to a call with records. After an error m is not
// usable until reset.
func (m *answer) read(body []byte, records []*user.Record) error {
	m.reset(body, records)
	return m.top(m.member)
}

// top visits the members of the body, which is one object: member reads the value.
func (m *answer) top(member func(name []byte) error) error {
	if err := open(&m.decoder, '{'); err != nil {
		return err
	}
	if err := m.opened(member); err != nil {
		return err
	}
	if _, err := m.decoder.ReadToken(); err != io.EOF {
		return errShape
	}
	return nil
}

// inObject visits the members of an object inside the body. null has none.
func (m *answer) inObject(member func(name []byte) error) error {
	switch m.decoder.PeekKind() {
	case '{':
		if _, err := m.decoder.ReadToken(); err != nil {
			return err
		}
		return m.opened(member)
	case 'n':
		return m.decoder.SkipValue()
	}
	if err := m.decoder.SkipValue(); err != nil {
		return err
	}
	return errShape
}

// opened visits the members of an object of which { is read. The name is valid until another
// one is read.
func (m *answer) opened(member func(name []byte) error) error {
	for m.decoder.PeekKind() == '"' {
		name, err := m.decoder.ReadValue()
		if err != nil {
			return err
		}
		m.tmp, _ = unquote(m.tmp[:0], name)
		if err := member(m.tmp); err != nil {
			return err
		}
	}
	_, err := m.decoder.ReadToken()
	return err
}

func (m *answer) reset(body []byte, records []*user.Record) {
	m.records, m.errors, m.unknownIDs, m.anyEchoed = records, m.errors[:0], 0, false
	m.echoed = append(m.echoed[:0], make([]bool, len(records))...)
	m.next, m.owned, m.indexed = 0, 0, false
	m.source = stream{text: body}
	m.decoder.Reset(&m.source, lax)
}

func (m *answer) member(name []byte) error {
	switch string(name) {
	case "data":
		return m.each(m.entry)
	case "errors":
		return m.each(m.problem)
	}
	return m.decoder.SkipValue()
}

// each visits the objects in an array, or an object itself, because answers about
// one user have no array. null is an empty list. Others can follow an object that is listed.
func (m *answer) each(visit func(object jsontext.Value, listed bool)) error {
	switch m.decoder.PeekKind() {
	case '[':
		return m.elements(visit)
	case '{', 'n':
		v, err := m.decoder.ReadValue()
		if err == nil && v[0] == '{' {
			visit(v, false)
		}
		return err
	}
	if err := m.decoder.SkipValue(); err != nil {
		return err
	}
	return errShape
}

func (m *answer) elements(visit func(object jsontext.Value, listed bool)) error {
	if _, err := m.decoder.ReadToken(); err != nil {
		return err
	}
	for m.decoder.PeekKind() != ']' {
		v, err := m.decoder.ReadValue()
		if err != nil {
			return err
		}
		if v[0] == '{' {
			visit(v, true)
		}
	}
	_, err := m.decoder.ReadToken()
	return err
}

// members visits the members of a valid object, until visit wants no more of them.
func (m *answer) members(object jsontext.Value, visit func(name, value []byte) (more bool)) {
	m.object = *bytes.NewBuffer(object)
	m.inner.Reset(&m.object, lax)
	if open(&m.inner, '{') != nil {
		return
	}
	for m.inner.PeekKind() == '"' {
		name, err := m.inner.ReadValue()
		if err != nil {
			return
		}
		unquoted, _ := unquote(m.tmp[:0], name)
		m.tmp = append(m.tmp[:0], unquoted...)
		value, err := m.inner.ReadValue()
		if err != nil || !visit(m.tmp, value) {
			return
		}
	}
}

// text returns the text of a string, or the digits of a number. It is valid until
// the next call.
func (m *answer) text(value []byte) ([]byte, bool) {
	switch jsontext.Value(value).Kind() {
	case '"':
		var ok bool
		m.scratch, ok = unquote(m.scratch[:0], value)
		return m.scratch, ok
	case '0':
		return value, true
	}
	return nil, false
}

func unquote(dst, quoted []byte) ([]byte, bool) {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return append(dst, quoted[1:len(quoted)-1]...), true
	}
	dst, err := jsontext.AppendUnquote(dst, quoted)
	return dst, err == nil
}

func open(d *jsontext.Decoder, kind jsontext.Kind) error {
	token, err := d.ReadToken()
	if err == nil && token.Kind() != kind {
		return errShape
	}
	return err
}
