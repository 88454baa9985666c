package source

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
)

var (
	markUTF8    = []byte{0xef, 0xbb, 0xbf}
	markUTF16LE = []byte{0xff, 0xfe}
	markUTF16BE = []byte{0xfe, 0xff}
)

// decode removes a byte order mark, and decodes text that is not UTF-8.
func (s *Source) decode(plain io.Reader, o Options) (io.Reader, error) {
	named, name, err := lookup(s.name, o.Charset)
	if err != nil {
		return nil, err
	}
	head, buffered := peeked(plain, len(markUTF8))
	if named != nil && beginsAs(buffered, o.UTF8) {
		return &editable{buffered: buffered, charset: named, other: func() { s.charset = name }}, nil
	}
	if marked, markName, size := byMark(head); size > 0 {
		named, name = marked, markName
		if _, err := buffered.Discard(size); err != nil {
			return nil, err
		}
	}
	if named == nil {
		return buffered, nil
	}
	s.charset = name
	if strings.HasPrefix(name, "utf-16") {
		return named.NewDecoder().Reader(buffered), nil
	}
	return named.NewDecoder().Reader(newMisnamed(buffered, string(s.name), name, named)), nil
}

// beginsAs reports whether r begins with one of the texts. It consumes nothing.
func beginsAs(r *bufio.Reader, texts []string) bool {
	return slices.ContainsFunc(texts, func(text string) bool {
		head, _ := r.Peek(len(text)) // an error here comes again later
		return string(head) == text
	})
}

const charsetHint = "use a name such as windows-1252, iso-8859-15, cp850, utf-16le or shift_jis"

// CheckCharset returns an error if name is not a charset that can be decoded.
func CheckCharset(name string) error {
	_, _, err := findCharset(name)
	return err
}

// lookup returns nil for UTF-8, which needs no decoding.
func lookup(n name, charset string) (encoding.Encoding, string, error) {
	if charset == "" {
		return nil, "", nil
	}
	e, known, err := findCharset(charset)
	if err != nil {
		return nil, "", &Error{File: string(n), Rule: "charset is not a known one", Hint: charsetHint, Err: err}
	}
	if known == "utf-8" {
		return nil, "", nil
	}
	return e, known, nil
}

func byMark(head []byte) (e encoding.Encoding, name string, size int) {
	switch {
	case bytes.HasPrefix(head, markUTF8):
		return nil, "", len(markUTF8)
	case bytes.HasPrefix(head, markUTF16LE):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "utf-16le", len(markUTF16LE)
	case bytes.HasPrefix(head, markUTF16BE):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "utf-16be", len(markUTF16BE)
	}
	return nil, "", 0
}
