package source

import (
	"bufio"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
)

// editable reads a file that is UTF-8 unless a person has saved it again with a program that
// writes another charset. Its first bytes that are not ASCII decide.
type editable struct {
	buffered *bufio.Reader
	charset  encoding.Encoding
	other    func()    // called if the charset is that of the file
	decided  io.Reader // nil until then
}

// Read reads ASCII as it comes, and decides at the first byte that is not ASCII.
func (e *editable) Read(p []byte) (int, error) {
	if e.decided != nil {
		return e.decided.Read(p)
	}
	n, err := readASCII(e.buffered, p)
	if n == 0 && err == nil && len(p) > 0 {
		e.decide()
		return e.decided.Read(p)
	}
	return n, err
}

// decide judges all that is buffered: two bytes of another charset may look like UTF-8.
func (e *editable) decide() {
	ahead, _ := e.buffered.Peek(e.buffered.Size()) // an error here comes again later
	e.decided = e.buffered
	if !utf8.Valid(whole(ahead)) {
		e.decided = e.charset.NewDecoder().Reader(e.buffered)
		e.other()
	}
}

// whole cuts off a character that the end of text splits. A character at the very beginning
// stays.
func whole(text []byte) []byte {
	for i := 1; i < utf8.UTFMax && i < len(text); i++ {
		if at := len(text) - i; utf8.RuneStart(text[at]) {
			if !utf8.FullRune(text[at:]) {
				return text[:at]
			}
			break
		}
	}
	return text
}
