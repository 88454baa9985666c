package source

import (
	"bufio"
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// misnamed reads bytes of the charset that a setting names, and refuses UTF-8: it would be
// read without an error, as other characters. The first bytes that are not ASCII decide.
type misnamed struct {
	buffered *bufio.Reader
	is       error // returned if it is UTF-8
	least    int   // how many characters of UTF-8 are no chance
	decided  bool
}

func newMisnamed(buffered *bufio.Reader, file, charset string, e encoding.Encoding) *misnamed {
	m := &misnamed{buffered: buffered, least: 1, is: &Error{File: file, Rule: "is UTF-8, not " + charset + " as the setting charset says",
		Hint: "remove charset: from the config, or write  charset: utf-8"}}
	if _, single := e.(*charmap.Charmap); !single {
		m.least = 10 // pairs of bytes are characters there, and some are valid UTF-8
	}
	return m
}

// Read reads ASCII as it comes, and decides at the first byte that is not ASCII.
func (m *misnamed) Read(p []byte) (int, error) {
	if m.decided {
		return m.buffered.Read(p)
	}
	n, err := readASCII(m.buffered, p)
	if n > 0 || err != nil || len(p) == 0 {
		return n, err
	}
	m.decided = true
	ahead, _ := m.buffered.Peek(m.buffered.Size())        // an error here comes again later
	ahead = bytes.ReplaceAll(whole(ahead), markUTF8, nil) // joined files keep theirs
	if utf8.Valid(ahead) && len(ahead)-utf8.RuneCount(ahead) >= m.least {
		return 0, m.is
	}
	return m.buffered.Read(p)
}

// readASCII reads what is buffered up to the first byte that is not ASCII.
func readASCII(buffered *bufio.Reader, p []byte) (int, error) {
	if _, err := buffered.Peek(1); err != nil {
		return 0, err
	}
	ahead, err := buffered.Peek(buffered.Buffered())
	if err != nil {
		return 0, err
	}
	n := 0
	for n < len(ahead) && n < len(p) && ahead[n] < utf8.RuneSelf {
		n++
	}
	copy(p, ahead[:n])
	return buffered.Discard(n)
}
