package frame

import (
	"bytes"
	"encoding/json"
	"io"
)

// separator stands before each value of a JSON text sequence, RFC 7464.
const separator = 0x1e

// skipSeparators drops record separators and blanks before a value, and returns what ends
// the value.
func (f *JSON) skipSeparators() byte {
	for {
		if c, err := f.skipSpace(); err != nil || c != separator {
			return separator
		}
		f.drop(1)
	}
}

// skipMark drops a byte order mark, and reports whether there was one.
func (f *JSON) skipMark() bool {
	for len(f.Data()) < len(mark) && f.More() {
	}
	if !bytes.HasPrefix(f.Data(), mark) {
		return false
	}
	f.drop(len(mark))
	return true
}

// manyLines reports whether the first value spans lines, or does not have its line for
// itself. A value that is not closed is a broken line.
func manyLines(data []byte) bool {
	var s cut
	end := s.close(data)
	if end < 0 || end > MaxRecord {
		return false
	}
	rest, _, _ := bytes.Cut(data[end:], newline)
	rest = bytes.TrimLeft(rest, ", \t\r")
	return s.lines > 0 && json.Valid(data[:end]) || len(rest) > 0 && rest[0] == '{'
}

// close scans to the end of an object and returns it; negative if it is not in data.
func (s *cut) close(data []byte) int {
	for ; s.pos < len(data); s.pos++ {
		c := data[s.pos]
		switch {
		case c == '\n':
			s.lines++
		case s.text:
			s.inText(c)
		case c == '"':
			s.text = true
		case c == '{' || c == '[':
			s.depth++
		case c == '}' || c == ']':
			if s.depth--; s.depth <= 0 {
				s.pos++
				return s.pos
			}
		}
	}
	return -1
}

// object returns the next of objects that stand one after the other.
func (f *JSON) object() (Row, error) {
	c, err := f.skipSpace()
	for err == nil && (c == ',' || c == separator) {
		f.drop(1)
		c, err = f.skipSpace()
	}
	row := Row{Line: f.line, Offset: f.offset}
	if err != nil {
		return row, err
	}
	if c != '{' {
		return row, &Error{Line: f.line, Rule: "text between the JSON objects belongs to none of them", Hint: ArrayHint}
	}
	f.cut = cut{}
	for f.cut.close(f.Data()) < 0 {
		f.skip()
		if f.More() {
			continue
		}
		if f.err != io.EOF {
			return row, f.err
		}
		return row, &Error{Line: row.Line, Rule: "the JSON object that begins on this line is never closed", Hint: ArrayHint}
	}
	f.take(&row, f.cut.pos)
	f.line += f.cut.lines
	f.drop(f.cut.pos)
	return row, nil
}
