package sandbox

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/go-json-experiment/json/jsontext"
)

// scanner reads JSON of an expected shape. It reads what it expects itself, without allocating, and leaves strings with escapes and other
// values to jsontext. The caller must ensure that buf is UTF-8.
type scanner struct {
	buf    []byte
	pos    int
	blanks int // white space skipped, so a caller can tell whether a value is compact
}

func (s *scanner) space() {
	for s.pos < len(s.buf) {
		switch s.buf[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
			s.blanks++
		default:
			return
		}
	}
}

// peek returns the first byte of the next token, 0 at the end.
func (s *scanner) peek() byte {
	s.space()
	if s.pos == len(s.buf) {
		return 0
	}
	return s.buf[s.pos]
}

func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		return false
	}
	s.pos++
	return true
}

func (s *scanner) word(w string) bool {
	s.space()
	if !bytes.HasPrefix(s.buf[s.pos:], []byte(w)) {
		return false
	}
	s.pos += len(w)
	return true
}

// object calls member with each unquoted name; member reads the value, and returns false to stop.
func (s *scanner) object(member func(name []byte) bool) bool {
	if !s.take('{') {
		return false
	}
	if s.take('}') {
		return true
	}
	for {
		raw, ok := s.str()
		if !ok || !s.take(':') || !member(unquote(raw)) {
			return false
		}
		if !s.take(',') {
			return s.take('}')
		}
	}
}

// array calls element before each value; element reads it, and returns false to stop.
func (s *scanner) array(element func(i int) bool) bool {
	if !s.take('[') {
		return false
	}
	if s.take(']') {
		return true
	}
	for i := 0; ; i++ {
		if !element(i) {
			return false
		}
		if !s.take(',') {
			return s.take(']')
		}
	}
}

// str reads a string and returns it with its quotes.
func (s *scanner) str() (raw []byte, ok bool) {
	if s.peek() != '"' {
		return nil, false
	}
	start := s.pos
	if end := endOfPlain(s.buf, start+1); end < len(s.buf) && s.buf[end] == '"' {
		s.pos = end + 1
		return s.buf[start:s.pos], true
	}
	return s.skip()
}

// skip reads any value and returns it unchanged.
func (s *scanner) skip() (raw []byte, ok bool) {
	s.space()
	d := jsontext.NewDecoder(bytes.NewBuffer(s.buf[s.pos:]))
	raw, err := d.ReadValue()
	if err != nil {
		return nil, false
	}
	start := s.pos
	s.pos += int(d.InputOffset())
	return s.buf[s.pos-len(raw) : s.pos : s.pos], start < s.pos
}

// endOfPlain finds the first quote, backslash or control character at or after i, eight bytes at a time.
func endOfPlain(b []byte, i int) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		quote, slash := w^(ones*'"'), w^(ones*'\\')
		found := ((quote-ones)&^quote | (slash-ones)&^slash | (w-ones*' ')&^w) & highs
		if found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= ' '; i++ {
	}
	return i
}

// unquote returns the string inside raw, which must be a valid JSON string: a part of raw itself if nothing is escaped.
func unquote(raw []byte) []byte {
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	plain, err := jsontext.AppendUnquote(nil, raw)
	if err != nil {
		return nil
	}
	return plain
}
