package kard

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// shown is the content of an answer to a read: one user, or errors.
type shown struct {
	shownID    []byte // as text; an id may be a number, as in answers about many users
	attributes []byte // a JSON object; empty if there is none
	anyErrors  bool
}

// readUser reads body, the answer to a read of one user.
func (m *answer) readUser(body []byte) error {
	m.reset(body, nil)
	m.shownID, m.attributes, m.anyErrors = m.shownID[:0], m.attributes[:0], false
	return m.top(func(name string) error {
		switch name {
		case "data":
			return m.one(jsontext.KindBeginObject, m.keepUser)
		case "errors":
			return m.one(jsontext.KindBeginArray, func(list jsontext.Value) error {
				m.anyErrors = len(bytes.TrimSpace(list[1:len(list)-1])) > 0
				return nil
			})
		}
		_, err := m.reader.ReadValue()
		return err
	})
}

// one visits a value of the given kind. null is the same as no value.
func (m *answer) one(kind jsontext.Kind, visit func(jsontext.Value) error) error {
	v, err := m.reader.ReadValue()
	switch {
	case err != nil:
		return err
	case v.Kind() == jsontext.KindNull:
		return nil
	case v.Kind() != kind:
		return errShape
	}
	return visit(v)
}

func (m *answer) keepUser(v jsontext.Value) (err error) {
	m.members(v, func(name, value []byte) {
		switch string(name) {
		case "id":
			m.shownID = append(m.shownID, plainText(string(value))...)
		case "attributes":
			if kind := jsontext.Value(value).Kind(); kind == jsontext.KindBeginObject {
				m.attributes = append(m.attributes, value...)
			} else if kind != jsontext.KindNull {
				err = errShape
			}
		}
	})
	return err
}

// heldOf returns the attributes of the user that r has, too: strings as text, and other values
// as JSON. It skips null, which means that the API has no value. All others it returns as a JSON
// object, exactly as they came: whatever their name and type, null included; "" if there are
// none.
func (m *answer) heldOf(r *user.Record) (held []user.Attribute, others string) {
	if len(m.attributes) == 0 {
		return nil, ""
	}
	text := string(m.attributes)
	held = make([]user.Attribute, 0, len(r.User.Attributes)+1) // one more for destination.Whole
	left := m.left[:0]
	m.members(m.attributes, func(name, value []byte) {
		end := int(m.inner.InputOffset())
		raw := text[end-len(value) : end]
		if f, known := fieldNamed(name); known {
			if _, given := r.User.Value(f); given {
				held = appendValue(held, f, raw)
				return
			}
		}
		left = append(rest.AppendText(append(left, ','), string(name)), ':')
		left = append(left, raw...)
	})
	if m.left = left; len(left) > 0 {
		others = "{" + string(left[1:]) + "}"
	}
	return held, others
}

func appendValue(held []user.Attribute, f user.Field, raw string) []user.Attribute {
	switch raw[0] {
	case 'n':
		return held
	case '"':
		return append(held, user.Attribute{Field: f, Value: user.TextValue(plainText(raw))})
	}
	return append(held, user.Attribute{Field: f, Value: user.JSONValue(raw)})
}

// plainText returns the text of a string, and the JSON of any other value.
func plainText(raw string) string {
	switch {
	case raw[0] != '"':
		return raw
	case strings.IndexByte(raw, '\\') < 0:
		return raw[1 : len(raw)-1]
	}
	text, _ := jsontext.AppendUnquote(nil, raw)
	return string(text)
}
