package frame

import (
	"bytes"
	"io"
)

// JSON cuts a file into JSON values: one per line, or the elements of one array. It only
// finds where they end; the parser reads them.
type JSON struct {
	Window
	array bool
	line  int // of the next byte, from 1

	closed   bool // the array's last element was read
	ended    bool // the array's closing bracket was read, and nothing follows it
	open     bool // the last line has no newline at its end
	elements int
	pos      int
	dropped  int64
	lines    int // newlines in this value so far
	depth    int
	text     bool // inside a JSON string
	escaped  bool
}

// NewJSON returns a JSON that begins at w's position, after the bracket if the file is an
// array. If the file has no value it returns io.EOF.
func NewJSON(w *Window) (*JSON, error) {
	f := &JSON{Window: *w, line: 1}
	c, err := f.skipSpace()
	if f.array = c == '['; f.array {
		f.drop(1)
	}
	return f, err
}

// Ahead returns a JSON over the part of the file that is in memory, from here on.
func (f *JSON) Ahead() *JSON {
	ahead := *f
	ahead.Window = *Over(bytes.Clone(f.Data()))
	return &ahead
}

// Array reports whether the file is one array.
func (f *JSON) Array() bool { return f.array }

// Closed reports whether the array's closing bracket was read, and nothing follows it.
func (f *JSON) Closed() bool { return f.ended }

// Line returns the line of the next byte, from 1.
func (f *JSON) Line() int { return f.line }

// Open reports whether the last line has no newline at its end.
func (f *JSON) Open() bool { return f.open }

// Next returns the next value without surrounding white space. It returns io.EOF at the end.
func (f *JSON) Next() (Row, error) {
	switch {
	case f.closed:
		return Row{}, f.close()
	case f.array:
		return f.element()
	}
	for {
		row, err := f.cutLine()
		if err != nil || row.Long || len(row.Bytes) > 0 {
			return row, err
		}
	}
}

func (f *JSON) cutLine() (Row, error) {
	row := Row{Line: f.line, Offset: f.offset}
	f.pos, f.dropped = 0, 0
	for {
		if i := bytes.IndexByte(f.Data()[f.pos:], '\n'); i >= 0 {
			f.pos += i + 1
			f.line++
			break
		}
		f.pos = len(f.Data())
		f.skip()
		if f.More() {
			continue
		}
		if f.err != io.EOF || f.pos == 0 && f.dropped == 0 {
			return row, f.err
		}
		break
	}
	f.take(&row, f.pos)
	f.open = (row.Long || len(row.Bytes) > 0) && !bytes.HasSuffix(f.Data()[:f.pos], newline)
	f.drop(f.pos)
	return row, nil
}

// take makes the first n bytes the row's.
func (f *JSON) take(row *Row, n int) {
	row.Bytes = bytes.TrimSpace(f.Data()[:n])
	for !f.array && (bytes.HasPrefix(row.Bytes, mark) || bytes.HasPrefix(row.Bytes, misreadMark)) { // joined files keep theirs
		row.Bytes = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimPrefix(row.Bytes, misreadMark), mark))
	}
	row.Length = f.dropped + int64(n)
	if row.Long = f.dropped > 0 || len(row.Bytes) > MaxRecord; row.Long {
		row.Bytes = nil
	}
}

func (f *JSON) skip() {
	if f.dropped > 0 || f.pos > MaxRecord+2 {
		f.dropped += int64(f.pos)
		f.drop(f.pos)
		f.pos = 0
	}
}

// element returns the next element of the array.
func (f *JSON) element() (Row, error) {
	c, err := f.skipSpace()
	if err != nil {
		return Row{}, f.arrayError(err, "the JSON array is never closed")
	}
	if c == ']' && f.elements == 0 {
		return Row{}, f.close()
	}
	row := Row{Line: f.line, Offset: f.offset}
	f.pos, f.dropped, f.lines, f.depth, f.text, f.escaped = 0, 0, 0, 0, false, false
	for !f.scan(f.Data()) {
		f.skip()
		if !f.More() {
			return row, f.arrayError(f.err, "the JSON array is never closed")
		}
	}
	f.take(&row, f.pos)
	f.elements++
	f.line += f.lines
	f.closed = f.Data()[f.pos] != ','
	f.drop(f.pos)
	if !row.Long && len(row.Bytes) == 0 {
		return row, f.arrayError(io.EOF, "an element of the JSON array is missing")
	}
	if !f.closed {
		f.drop(1)
	}
	return row, nil
}

// scan looks for the comma or bracket after the element, and leaves pos there.
func (f *JSON) scan(data []byte) (found bool) {
	for ; f.pos < len(data); f.pos++ {
		c := data[f.pos]
		switch {
		case c == '\n':
			f.lines++
		case f.text:
			f.inText(c)
		case c == '"':
			f.text = true
		case c == '{' || c == '[':
			f.depth++
		case f.depth == 0 && (c == ',' || c == ']' || c == '}'):
			return true
		case c == '}' || c == ']':
			f.depth--
		}
	}
	return false
}

func (f *JSON) inText(c byte) {
	switch {
	case f.escaped:
		f.escaped = false
	case c == '\\':
		f.escaped = true
	case c == '"':
		f.text = false
	}
}

// close consumes the closing bracket and checks that nothing follows it. At the end it
// returns io.EOF.
func (f *JSON) close() error {
	if len(f.Data()) == 0 { // called again
		return f.err
	}
	if f.Data()[0] != ']' {
		return f.arrayError(io.EOF, "a bracket of the JSON array does not match")
	}
	f.drop(1)
	if _, err := f.skipSpace(); err != nil {
		f.ended = err == io.EOF
		return err
	}
	return &Error{Line: f.line, Rule: "more text follows the JSON array", Hint: ArrayHint}
}

// ArrayHint is what to do about an array that cannot be read to its end.
const ArrayHint = "nothing after this place can be read; fix the file, or write one object per line"

// skipSpace returns the next byte that is not white space, without consuming it.
func (f *JSON) skipSpace() (byte, error) {
	for {
		for i, c := range f.Data() {
			switch c {
			case '\n':
				f.line++
			case ' ', '\t', '\r':
			default:
				f.drop(i)
				return c, nil
			}
		}
		f.drop(len(f.Data()))
		if !f.More() {
			return 0, f.err
		}
	}
}

func (f *JSON) arrayError(err error, rule string) error {
	if err != io.EOF {
		return err
	}
	return &Error{Line: f.line, Rule: rule, Hint: ArrayHint}
}
