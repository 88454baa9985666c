package kard

import "github.com/go-json-experiment/json/jsontext"

// entry records one user in data, and those who are listed after it and written alike.
func (m *answer) entry(v jsontext.Value, listed bool) {
	if id, ok := m.id(v); ok {
		m.show(id)
	}
	if listed {
		m.entriesAlike()
	}
}

// entriesAlike records the next entries for as long as their shape is known, and leaves them out
// of what the decoder reads.
func (m *answer) entriesAlike() {
	if len(m.decoder.UnreadBuffer()) > 0 {
		return // it read ahead, and may be inside an entry
	}
	for {
		at, more := m.source.afterComma()
		if !more {
			return
		}
		id, size, known := m.shapes.match(m.source.text[at:])
		if !known {
			return
		}
		m.source.at = at + size
		m.show(id)
	}
}

// show records that the user of an id is in data.
func (m *answer) show(id []byte) {
	at, ok := m.place(id, m.next)
	if !ok {
		m.unknownIDs++
		return
	}
	m.echoed[at], m.anyEchoed = true, true
	m.next = at + 1
}

// id finds the id of an entry of data, and learns its shape.
func (m *answer) id(v jsontext.Value) (id []byte, ok bool) {
	m.members(v, func(name, value []byte) (more bool) {
		if string(name) != "id" {
			return true
		}
		id, ok = m.text(value)
		m.shapes.learn(v, int(m.inner.InputOffset())-len(value))
		return false
	})
	return id, ok
}

// place returns the position of a user in the call. Most lists are in the call's order, though not
// each has every user: then it is found soon after a position that is given, and no index is needed.
func (m *answer) place(id []byte, after int) (int, bool) {
	if !m.indexed {
		for i := after; i < len(m.records); i++ {
			if m.records[i].User.ID == string(id) {
				return i, true
			}
		}
		m.index()
	}
	at, ok := m.places[string(id)]
	return at, ok
}

func (m *answer) index() {
	if m.places == nil {
		m.places = make(map[string]int, len(m.records))
	}
	clear(m.places)
	for i, r := range m.records {
		m.places[r.User.ID] = i
	}
	m.indexed = true
}
