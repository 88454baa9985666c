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
	at            int // place of its user in the call; nobody or stranger
	status        int // 0 if it has none that can be read
	title, detail string
}

const (
	nobody   = -1 // it names no user: it is about the whole call
	stranger = -2 // it names a user that was not in the call
)

// problem takes note of one element of errors.
func (m *answer) problem(v jsontext.Value) {
	p := problem{at: nobody}
	var named bool
	pointer := nobody
	m.members(v, func(name, value []byte) {
		switch string(name) {
		case "id":
			if id, ok := m.text(value); ok && len(id) > 0 {
				named, p.at = true, m.owner(id)
			}
		case "status":
			p.status = m.status(value)
		case "title":
			p.title = m.words(value)
		case "detail":
			p.detail = m.words(value)
		case "source":
			pointer = pointed(value, len(m.records))
		}
	})
	if !named {
		p.at = pointer
	}
	if p.at == stranger {
		m.strange++
	}
	m.errors = append(m.errors, p)
}

func (m *answer) owner(id []byte) int {
	if !m.indexed {
		m.index()
	}
	if at, ok := m.places[string(id)]; ok {
		return at
	}
	return stranger
}

// status reads "409", 409 and "409 Conflict".
func (m *answer) status(value []byte) int {
	text, _ := m.text(value)
	return rest.StatusIn(string(text))
}

func (m *answer) words(value []byte) string {
	text, _ := m.text(value)
	return strings.TrimSpace(string(text))
}

// pointed returns N of {"pointer":"/data/N/..."}: the place in the request. It
// is only asked where an error carries no id.
func pointed(source []byte, users int) int {
	var inner multiStatus
	at := nobody
	inner.members(source, func(name, value []byte) {
		if string(name) != "pointer" {
			return
		}
		text, _ := inner.text(value)
		rest, ok := bytes.CutPrefix(text, []byte("/data/"))
		place, _, _ := bytes.Cut(rest, []byte("/"))
		n, err := strconv.ParseUint(string(place), 10, 31)
		if ok && err == nil && int(n) < users {
			at = int(n)
		}
	})
	return at
}

// words finds what an answer that is a fault says, in the errors list or as
// plain text.
func words(body []byte) string {
	var m multiStatus
	if m.read(body, nil) == nil {
		return join(m.errors)
	}
	return rest.PlainText(body)
}

func join(problems []problem) string {
	var parts []string
	for _, p := range problems {
		switch {
		case p.title == "" && p.detail == "":
		case p.title == "" || strings.EqualFold(p.title, p.detail):
			parts = append(parts, p.detail)
		case p.detail == "":
			parts = append(parts, p.title)
		default:
			parts = append(parts, p.title+": "+p.detail)
		}
	}
	return strings.Join(parts, "; ")
}
