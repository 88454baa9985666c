package object

import (
	"strings"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

// member is a key that objects have, and what is done with its value. Keys nearly always come
// in the same order, so that most of them need not be looked for.
type member struct {
	spelling
	key    string // without quotes and escapes
	use    use
	column int  // of a cell
	among  int  // the columns that there were when its use was decided
	next   int  // the member that came after it last; 0 if that is not known
	seen   int  // the record that had it last
	vague  bool // only the decoder can tell whether it appears twice
}

// spelling is a key as the text has it, and the member whose object it is in; 0 is the record.
type spelling struct {
	parent int
	quoted string
}

// use is what is done with the value of a key.
type use uint8

const (
	undecided use = iota
	cell          // it is kept
	ignored       // it is not read
	unread        // it is not read unless it is an object
	opened        // it is an object, whose keys are read as if they were those of the record
	own           // it is for a key of usersync's own
)

// fits reports whether what is done with the value is decided, if it begins with that byte. A key
// that was opened may be a column since: another spelling of it can have made it one.
func (m *member) fits(begin byte, columns int) bool {
	switch m.use {
	case cell, ignored:
		return !m.vague
	case unread:
		return !m.vague && begin != '{'
	case opened:
		return !m.vague && begin == '{' && m.among == columns
	}
	return false
}

// The keys that are remembered from one record to the next: how many they are, and how long. If
// there are more, as in a file whose keys are data, all of them are forgotten now and then.
const (
	mostMembers = 1000
	longestKey  = 200
	forgetAfter = 1000 // records
)

// The first members stand for the record itself, and for a key that is not remembered, which is in
// no object, so that it is never expected.
const (
	record = iota
	passing
)

// nowhere is a key in no object.
var nowhere = member{spelling: spelling{parent: -1}}

// forget forgets all keys.
func (p *Parser) forget() {
	p.members, p.known, p.forgotten = []member{record: {}, passing: nowhere}, map[spelling]int{}, p.number
}

// key consumes a key, and returns its member.
func (p *Parser) key(parent int) int {
	at := p.members[p.last].next
	if m := &p.members[at]; at > 0 && m.parent == parent && strings.HasPrefix(p.rest.text[p.rest.at:], m.quoted) {
		p.rest.at += len(m.quoted)
	} else {
		at = p.lookUp(spelling{parent, p.rest.value()})
		p.members[p.last].next = at
	}
	p.last = at
	return at
}

// lookUp returns the member of a key that was not expected.
func (p *Parser) lookUp(s spelling) int {
	at, known := p.known[s]
	if known {
		return at
	}
	if len(p.members) >= mostMembers || len(s.quoted) > longestKey || s.parent == passing {
		p.members[passing] = nowhere
		p.members[passing].key, p.members[passing].vague = p.unquoted(s.quoted), p.rest.escaped
		return passing
	}
	s.quoted, at = strings.Clone(s.quoted), len(p.members)
	p.members = append(p.members, member{spelling: s, key: p.unquoted(s.quoted), vague: p.rest.escaped})
	p.known[s] = at
	return at
}

// opens reports whether the keys of an object that is in so many others are read, each as a
// part of their names, which together are that long. Each key takes time for all that are around
// it, and an object inside of too many is part of their value.
func opens(depth, length int) bool { return depth < 64 && length < 1000 }

// nested reads an object that is the value of a member.
func (p *Parser) nested(at int) error {
	outer := len(p.prefix)
	p.prefix = append(append(p.prefix, p.members[at].key...), '.')
	p.depth++
	err := p.object(at)
	p.depth--
	p.prefix = p.prefix[:outer]
	return err
}

// decide decides what is done with the value of a key, which is an object or not. It decides
// nothing if the key makes the record invalid.
func (p *Parser) decide(m *member, object bool) {
	m.use, m.among = undecided, p.mapper.Columns()
	name := string(append(p.prefix, m.key...))
	column, read := p.mapper.Place(name)
	open := name == "extra" || name == "attributes" // where it is an object, even if it is listed under ignore:
	found := mapping.Read
	switch {
	case read:
	case strings.HasPrefix(name, user.RejectPrefix):
		m.use, m.vague = own, true
		return
	case object && open:
		m.use = opened
		return
	default:
		column, found = p.mapper.Column(name)
	}
	switch {
	case found == mapping.Read:
		m.use, m.column = cell, column
		p.fit()
	case p.mapper.Ignores(name) && !open:
		m.use = ignored
	case object && opens(p.depth, len(name)) && found != mapping.Surplus:
		m.use = opened
	case found == mapping.Unread:
		m.use = unread
	case p.invalid == nil:
		p.invalid = p.mapper.Refusal(name, found)
	}
}
