package kard

import (
	"bytes"
	"io"
)

// stream passes text on to a decoder, in pieces that end with an object: when the decoder has read
// one, nothing after it is buffered, and what follows can be left out.
type stream struct {
	text []byte
	at   int // what was passed on, or left out
}

func (s *stream) Read(b []byte) (int, error) {
	rest := s.text[s.at:]
	if len(rest) == 0 {
		return 0, io.EOF
	}
	rest = rest[:min(len(rest), len(b))] // as an answer may be long, and have no object
	if end := bytes.IndexByte(rest, '}'); end >= 0 {
		rest = rest[:end+1]
	}
	n := copy(b, rest)
	s.at += n
	return n, nil
}

// afterComma returns where the value after a comma begins; ok is false if no comma is next.
func (s *stream) afterComma() (at int, ok bool) {
	if at = skipSpace(s.text, s.at); at == len(s.text) || s.text[at] != ',' {
		return 0, false
	}
	return skipSpace(s.text, at+1), true
}
