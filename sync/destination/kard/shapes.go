package kard

import (
	"bytes"
	"iter"
)

// shapes are the ways in which entries of data are written: all of an entry but the text of its
// strings. An API writes one entry like the other, so most of them need no decoder: what has the
// shape of an object that a decoder has read is an object, too, without duplicate names.
//
// They are a tree, in which each path to a last part is the shape of an entry. The zero value has
// none.
type shapes struct {
	first          part // before the entry
	parts          int
	known, decoded int // entries that had a known shape, and others
}

// part is the text between two strings of an entry, before the first, or after the last one.
type part struct {
	text     []byte
	beforeID bool
	last     bool
	next     []*part // what may come after the string that follows
}

// The bounds of what is kept of entries that are all written differently, in bytes, parts and
// parts after one. Where any of five values can be missing, entries have about a hundred.
const (
	longestEntry = 1024
	mostParts    = 256
	mostNext     = 8
)

// leastDecoded is how many entries are decoded before it is decided whether shapes are worth it.
// Where a number differs from entry to entry, or each answer is about one user, they are not.
const leastDecoded = 1000

func (s *shapes) worthIt() bool { return s.decoded < leastDecoded || s.known > s.decoded }

// learn adds the shape of an entry, a valid object whose id is at idAt. An entry with escapes, or
// with an id that is no string, has none.
func (s *shapes) learn(entry []byte, idAt int) {
	if s.decoded++; !s.worthIt() || len(entry) > longestEntry || bytes.IndexByte(entry, '\\') >= 0 || entry[idAt] != '"' {
		return
	}
	p, from := &s.first, 0
	for start, end := range values(entry) {
		if p = s.after(p, entry[from:start]); p == nil {
			return
		}
		p.beforeID = start == idAt+1
		from = end
	}
	if p = s.after(p, entry[from:]); p != nil {
		p.last = true
	}
}

// after returns the part with this text that comes after p; nil if there is no room for it.
func (s *shapes) after(p *part, text []byte) *part {
	for _, next := range p.next {
		if bytes.Equal(next.text, text) {
			return next
		}
	}
	if s.parts == mostParts || len(p.next) == mostNext {
		return nil
	}
	next := &part{text: bytes.Clone(text)}
	p.next = append(p.next, next)
	s.parts++
	return next
}

// values yields where the text of each string begins and ends that is no name, in an object
// without escapes.
func values(object []byte) iter.Seq2[int, int] {
	return func(yield func(start, end int) bool) {
		for at := 0; ; at++ {
			quote := bytes.IndexByte(object[at:], '"')
			if quote < 0 {
				return
			}
			start := at + quote + 1
			at = start + bytes.IndexByte(object[start:], '"')
			if object[skipSpace(object, at+1)] != ':' && !yield(start, at) {
				return
			}
		}
	}
}

// match reports whether text begins with an entry of a known shape, and returns its id and where
// it ends.
func (s *shapes) match(text []byte) (id []byte, end int, ok bool) {
	if !s.worthIt() {
		return nil, 0, false
	}
	for p := s.first.before(text); p != nil; p = p.before(text[end:]) {
		if end += len(p.text); p.last {
			s.known++
			return id, end, true
		}
		n := plainLength(text[end:])
		if p.beforeID {
			id = text[end : end+n]
		}
		end += n
	}
	return nil, 0, false
}

// before returns the next part, with which text begins; nil if there is none.
func (p *part) before(text []byte) *part {
	for _, next := range p.next {
		if bytes.HasPrefix(text, next.text) {
			return next
		}
	}
	return nil
}

// plainLength returns how many bytes of text stand for themselves inside a string.
func plainLength(text []byte) int {
	for i, c := range text {
		if c < ' ' || c == '"' || c == '\\' {
			return i
		}
	}
	return len(text)
}

// skipSpace returns where the white space ends that begins at a position of text.
func skipSpace(text []byte, at int) int {
	for at < len(text) && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t') {
		at++
	}
	return at
}
