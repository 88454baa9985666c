package values

import (
	"bytes"
	"io"
	"strconv"

	"usersync/reader/frame"
)

// text is the text of the file from the next byte on.
type text struct {
	frame.Window
	line    int  // of the next byte, from 1
	unended bool // the last line has no newline at its end
	inArray bool // values are separated by commas
	cut     cut
}

var newline = []byte{'\n'}

// Line returns the line of the next byte, from 1.
func (t *text) Line() int { return t.line }

// begin begins the next value.
func (t *text) begin(c cut) frame.Row {
	t.cut = c
	return frame.Row{Line: t.line, Offset: t.Offset()}
}

// skip drops what was looked at of a value that is too long to keep.
func (t *text) skip() {
	if t.cut.dropped > 0 || t.cut.pos > frame.MaxRecord+2 {
		t.cut.dropped += int64(t.cut.pos)
		t.Drop(t.cut.pos)
		t.cut.pos = 0
	}
}

// take makes what was looked at the row's. It drops nothing.
func (t *text) take(row *frame.Row) {
	t.line += t.cut.lines
	row.Bytes = bytes.TrimSpace(t.Data()[:t.cut.pos])
	if !t.inArray && !isPlain(row.Bytes) {
		for n := frame.MarkLen(row.Bytes); n > 0; n = frame.MarkLen(row.Bytes) { // joined files keep theirs
			row.Bytes = bytes.TrimSpace(row.Bytes[n:])
		}
		row.Bytes = withoutComma(row.Bytes)
	}
	row.Length = t.cut.dropped + int64(t.cut.pos)
	if row.Long = t.cut.dropped > 0 || len(row.Bytes) > frame.MaxRecord; row.Long {
		row.Bytes = nil
	}
}

// isPlain reports whether a value has nothing around it that does not belong to it.
func isPlain(value []byte) bool {
	return len(value) > 0 && value[0] == '{' && value[len(value)-1] == '}'
}

// withoutComma takes off the comma that some programs write between objects, at the end of a
// line or at the beginning of the next one.
func withoutComma(value []byte) []byte {
	if rest, is := bytes.CutSuffix(value, comma); is && bytes.HasSuffix(bytes.TrimSpace(rest), []byte{'}'}) {
		value = bytes.TrimSpace(rest)
	}
	if rest, is := bytes.CutPrefix(value, comma); is && bytes.HasPrefix(bytes.TrimSpace(rest), []byte{'{'}) {
		value = bytes.TrimSpace(rest)
	}
	return value
}

var comma = []byte{','}

// skipSpace returns the next byte that is not white space, without consuming it.
func (t *text) skipSpace() (byte, error) {
	for {
		for i, c := range t.Data() {
			switch c {
			case '\n':
				t.line++
			case ' ', '\t', '\r':
			default:
				t.Drop(i)
				if c == markByte && t.skipMark() || c == frame.EndOfFile && t.EndsHere() {
					return t.skipSpace()
				}
				return c, nil
			}
		}
		t.Drop(len(t.Data()))
		if !t.More() {
			return 0, t.Err()
		}
	}
}

// markByte is the first byte of a byte order mark, which is three bytes long.
const (
	markByte = 0xef
	markSize = 3
)

// skipMark drops a byte order mark, and reports whether there was one.
func (t *text) skipMark() bool {
	for len(t.Data()) < markSize && t.More() {
	}
	n := frame.MarkLen(t.Data())
	t.Drop(n)
	return n > 0
}

// Separator stands before each value of a JSON text sequence, RFC 7464.
const Separator = 0x1e

// skipSeparators drops record separators and blanks before a value, and returns what ends
// the value.
func (t *text) skipSeparators() byte {
	for {
		if c, err := t.skipSpace(); err != nil || c != Separator {
			return Separator
		}
		t.Drop(1)
	}
}

// Hint is what to do about JSON that cannot be read to its end.
const Hint = "nothing after this place can be read; fix the file, or write one object per line"

// broken returns err, or says where the text is not what it must be.
func (t *text) broken(err error, rule string) error {
	if err != nil && err != io.EOF {
		return err
	}
	if err == nil {
		rule += At(t.Offset())
	}
	return &frame.Error{Line: t.line, Rule: rule, Hint: Hint}
}

// At says where in a file a byte is whose index is known: a file may be one long line.
func At(index int64) string {
	return ", at byte " + strconv.FormatInt(index+1, 10) + " of the decoded file"
}
