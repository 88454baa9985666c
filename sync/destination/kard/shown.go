package kard

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// shown is what the answer to a read shows of a record's user.
type shown struct {
	id        string // as text; it may be a number, as in answers about many users
	anyErrors bool
	// held are the attributes that the record has, too: strings as text, and other values as
	// JSON. It leaves out null, which means that the API has no value.
	held []user.Attribute
	// others are the attributes that the record does not have, as members of an object,
	// exactly as they came: whatever their name and type, null included.
	others []byte
}

// readUser reads body, the answer to a read of r.
func (m *answer) readUser(body []byte, r *user.Record) (s shown, err error) {
	m.reset(body, nil)
	s.held = make([]user.Attribute, 0, len(r.User.Attributes)+1) // one more for destination.Whole
	text := string(body)
	attribute := func(name []byte) error {
		value, err := m.decoder.ReadValue()
		if end := int(m.decoder.InputOffset()); err == nil {
			s.add(r, name, text[end-len(value):end])
		}
		return err
	}
	member := func(name []byte) error {
		switch string(name) {
		case "id":
			id, err := m.decoder.ReadValue()
			if err == nil {
				s.id = plainText(string(id))
			}
			return err
		case "attributes":
			return m.inObject(attribute)
		}
		return m.decoder.SkipValue()
	}
	err = m.top(func(name []byte) (err error) {
		switch string(name) {
		case "data":
			return m.inObject(member)
		case "errors":
			s.anyErrors, err = m.hasElements()
			return err
		}
		return m.decoder.SkipValue()
	})
	return s, err
}

// hasElements reads an array and reports whether there is anything in it. null is an empty one.
func (m *answer) hasElements() (bool, error) {
	list, err := m.decoder.ReadValue()
	switch {
	case err != nil:
		return false, err
	case list.Kind() == 'n':
		return false, nil
	case list.Kind() != '[':
		return false, errShape
	}
	return len(bytes.TrimSpace(list[1:len(list)-1])) > 0, nil
}

// add adds an attribute of the user, whose value is raw.
func (s *shown) add(r *user.Record, name []byte, raw string) {
	if f, known := fieldNamed(name); known {
		if _, given := r.User.Value(f); given {
			s.held = appendValue(s.held, f, raw)
			return
		}
	}
	if len(s.others) > 0 {
		s.others = append(s.others, ',')
	}
	s.others = append(rest.AppendText(s.others, string(name)), ':')
	s.others = append(s.others, raw...)
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
