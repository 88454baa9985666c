package kard

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination/rest"
)

// problem is one element of an errors list (Kard API reference, ErrorObject).
type problem struct {
	at            int // position of its user in the call; unnamed or unknownID
	status        int // 0 if it has no readable one
	title, detail string
}

const (
	unnamed   = -1 // it names no user: it is about the whole call
	unknownID = -2 // it names a user that was not in the call
)

// problem records one element of errors.
func (m *answer) problem(v jsontext.Value, _ bool) {
	p := problem{at: unnamed}
	var named bool
	pointer := unnamed
	m.members(v, func(name, value []byte) bool {
		switch string(name) {
		case "id":
			if id, ok := m.text(value); ok && len(id) > 0 {
				named, p.at = true, m.owner(id)
			}
		case "status":
			p.status = m.status(value)
		case "title":
			p.title = m.trimmed(value)
		case "detail":
			p.detail = m.trimmed(value)
		case "source":
			pointer = pointedAt(value, len(m.records))
		}
		return true
	})
	if !named {
		p.at = pointer
	}
	if p.at == unknownID {
		m.unknownIDs++
	}
	m.errors = append(m.errors, p)
}

// owner returns the position of the user that an error is about.
func (m *answer) owner(id []byte) int {
	at, ok := m.place(id, m.owned)
	if !ok {
		return unknownID
	}
	m.owned = at
	return at
}

// status reads "409", 409 and "409 Conflict".
func (m *answer) status(value []byte) int {
	text, _ := m.text(value)
	return rest.StatusIn(string(text))
}

func (m *answer) trimmed(value []byte) string {
	text, _ := m.text(value)
	return strings.TrimSpace(string(text))
}

// pointedAt returns N of {"pointer":"/data/N/..."}, the position in the request.
// It matters only for an error without an id.
func pointedAt(source []byte, users int) int {
	var inner multiStatus
	at := unnamed
	inner.members(source, func(name, value []byte) (more bool) {
		if string(name) != "pointer" {
			return true
		}
		text, _ := inner.text(value)
		rest, ok := bytes.CutPrefix(text, []byte("/data/"))
		place, _, _ := bytes.Cut(rest, []byte("/"))
		n, err := strconv.ParseUint(string(place), 10, 31)
		if ok && err == nil && int(n) < users {
			at = int(n)
		}
		return false
	})
	return at
}

// bodyText returns what the body of a fault says, in the errors list or as plain
// text.
func bodyText(body []byte) string {
	var m multiStatus
	if m.read(body, nil) == nil {
		return join(m.errors)
	}
	return rest.PlainText(body)
}

func join(problems []problem) string {
	if len(problems) == 1 {
		return problems[0].text()
	}
	var parts []string
	for _, p := range problems {
		if text := p.text(); text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "; ")
}

func (p *problem) text() string {
	switch {
	case p.title == "" || strings.EqualFold(p.title, p.detail):
		return p.detail
	case p.detail == "":
		return p.title
	}
	return p.title + ": " + p.detail
}
