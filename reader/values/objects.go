package values

import (
	"bytes"
	"encoding/json"
	"io"

	"usersync/reader/frame"
)

// manyLines reports whether the first value spans lines, or does not have its line for
// itself. A value that is not closed is a broken line.
func manyLines(data []byte) bool {
	var s cut
	if !s.end(data) || s.pos >= frame.MaxRecord {
		return false
	}
	end := s.pos + 1
	rest, _, _ := bytes.Cut(data[end:], newline)
	rest = bytes.TrimLeft(rest, ", \t\r")
	return s.lines > 0 && json.Valid(data[:end]) || len(rest) > 0 && rest[0] == '{'
}

// object returns the next of objects that stand one after the other.
func (t *text) object() (frame.Row, error) {
	c, err := t.skipSpace()
	for err == nil && (c == ',' || c == Separator) {
		t.Drop(1)
		c, err = t.skipSpace()
	}
	row := t.begin(cut{})
	if err != nil {
		return row, err
	}
	if c != '{' {
		return row, t.broken(nil, "text between the JSON objects belongs to none of them")
	}
	for !t.cut.end(t.Data()) {
		t.skip()
		if t.More() {
			continue
		}
		if t.Err() != io.EOF {
			return row, t.Err()
		}
		return row, &frame.Error{Line: row.Line, Rule: "the JSON object that begins on this line is never closed", Hint: Hint}
	}
	t.cut.pos++
	t.take(&row)
	t.Drop(t.cut.pos)
	return row, nil
}
