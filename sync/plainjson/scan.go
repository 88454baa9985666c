package plainjson

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// The limits of what is plain: nested brackets, and names of one object.
const (
	maxDepth = 64
	maxNames = 64
)

// byteAt returns the byte at an index, and 0 after the end: no token begins with it.
func (r *Reader) byteAt(at int) byte {
	if at < len(r.text) {
		return r.text[at]
	}
	return 0
}

// blank returns the index of the first byte, from one on, that is no white space.
func (r *Reader) blank(at int) int {
	for at < len(r.text) && (r.text[at] == ' ' || r.text[at] == '\n' || r.text[at] == '\t' || r.text[at] == '\r') {
		at++
	}
	return at
}

// end returns where the value ends that begins at an index; -1 if it is not plain.
func (r *Reader) end(at, depth int) int {
	switch c := r.byteAt(at); {
	case c == '"':
		return textEnd(r.text, at+1)
	case c == '{' && depth < maxDepth:
		return r.objectEnd(at, depth+1)
	case c == '[' && depth < maxDepth:
		return r.arrayEnd(at, depth+1)
	case c == 't':
		return r.wordEnd(at, "true")
	case c == 'f':
		return r.wordEnd(at, "false")
	case c == 'n':
		return r.wordEnd(at, "null")
	}
	return r.numberEnd(at)
}

func (r *Reader) objectEnd(at, depth int) int {
	outer := len(r.names)
	for at = r.blank(at + 1); r.byteAt(at) != '}' || len(r.names) > outer; {
		colon := -1
		if r.byteAt(at) == '"' {
			colon = textEnd(r.text, at+1)
		}
		if colon < 0 || !r.isNew(outer, name{at, colon}) {
			return -1
		}
		if colon = r.blank(colon); r.byteAt(colon) != ':' {
			return -1
		}
		if at = r.end(r.blank(colon+1), depth); at < 0 {
			return -1
		}
		if at = r.blank(at); r.byteAt(at) == '}' {
			break
		}
		if r.byteAt(at) != ',' {
			return -1
		}
		at = r.blank(at + 1)
	}
	r.names = r.names[:outer]
	return at + 1
}

func (r *Reader) arrayEnd(at, depth int) int {
	for at = r.blank(at + 1); r.byteAt(at) != ']'; {
		if at = r.end(at, depth); at < 0 {
			return -1
		}
		if at = r.blank(at); r.byteAt(at) == ']' {
			break
		}
		if r.byteAt(at) != ',' {
			return -1
		}
		if at = r.blank(at + 1); r.byteAt(at) == ']' {
			return -1
		}
	}
	return at + 1
}

// isNew adds a name to those of an object, which begin at from, and reports whether it is none
// of them.
func (r *Reader) isNew(from int, n name) bool {
	if len(r.names)-from >= maxNames {
		return false
	}
	for _, other := range r.names[from:] {
		if other.to-other.from == n.to-n.from && bytes.Equal(r.text[other.from:other.to], r.text[n.from:n.to]) {
			return false
		}
	}
	r.names = append(r.names, n)
	return true
}

func (r *Reader) wordEnd(at int, word string) int {
	if end := at + len(word); end <= len(r.text) && string(r.text[at:end]) == word {
		return end
	}
	return -1
}

// numberEnd reads a number, RFC 8259 6.
func (r *Reader) numberEnd(at int) int {
	if r.byteAt(at) == '-' {
		at++
	}
	end := r.digitsEnd(at)
	if end == at || r.text[at] == '0' && end > at+1 {
		return -1
	}
	if r.byteAt(end) == '.' {
		at, end = end+1, r.digitsEnd(end+1)
		if end == at {
			return -1
		}
	}
	if c := r.byteAt(end); c == 'e' || c == 'E' {
		at = end + 1
		if c = r.byteAt(at); c == '+' || c == '-' {
			at++
		}
		if end = r.digitsEnd(at); end == at {
			return -1
		}
	}
	return end
}

func (r *Reader) digitsEnd(at int) int {
	for at < len(r.text) && '0' <= r.text[at] && r.text[at] <= '9' {
		at++
	}
	return at
}

// The bits of eight bytes at a time.
const (
	ones = 0x0101010101010101
	tops = 0x8080808080808080
)

// textEnd returns where the text ends whose first character is at an index, after its quote; -1
// if it has a backslash, or a control character, which JSON does not allow.
func textEnd(text []byte, at int) int {
	for ; at+8 <= len(text); at += 8 {
		eight := binary.LittleEndian.Uint64(text[at:])
		quote, slash := eight^(ones*'"'), eight^(ones*'\\')
		// The lowest bit that is set is that of the first such byte (Hacker's Delight 6-1).
		found := ((quote-ones)&^quote | (slash-ones)&^slash | (eight-ones*' ')&^eight) & tops
		if found != 0 {
			return closes(text, at+bits.TrailingZeros64(found)/8)
		}
	}
	for ; at < len(text); at++ {
		if c := text[at]; c == '"' || c == '\\' || c < ' ' {
			return closes(text, at)
		}
	}
	return -1
}

func closes(text []byte, at int) int {
	if text[at] == '"' {
		return at + 1
	}
	return -1
}
