package frame

import (
	"bytes"
	"io"
)

// JSON cuts a file into JSON values: one per line, the elements of one array, or objects
// one after the other. The array may be inside an object. It only finds where values end;
// the parser reads them.
type JSON struct {
	Window
	shape shape
	inner wrapper // around the array, if something is
	line  int     // of the next byte, from 1

	closed   bool // the array's last element was read
	ended    bool // the array's closing bracket was read, and nothing follows it
	open     bool // the last line has no newline at its end
	elements int  // of this array
	arrays   int  // so far
	cut      cut
}

// shape is how a file holds its values.
type shape uint8

const (
	lines     shape = iota
	array           // elements of an array
	objects         // one after the other, also over several lines
	separated       // each after a record separator, RFC 7464
)

// cut is how far a value was looked at.
type cut struct {
	pos     int
	dropped int64
	lines   int // newlines in this value so far
	depth   int
	text    bool // inside a JSON string
	escaped bool
}

// NewJSON returns a JSON that begins at w's position, after the bracket if the file is an
// array. Path holds the keys that lead to an array inside an object; nil: it is not inside
// one. What w holds already decides how the file holds its values. If the file has no value
// NewJSON returns io.EOF.
func NewJSON(w *Window, path []string) (*JSON, error) {
	f := &JSON{Window: *w, line: 1, inner: wrapper{path: path}}
	c, err := f.skipSpace()
	switch {
	case err != nil:
		return f, err
	case path != nil:
		f.shape = array
		return f, f.enter()
	case c == '[':
		f.shape = array
		f.begin()
	case c == separator:
		f.shape = separated
	case c == '{' && manyLines(f.Data()):
		f.shape = objects
	}
	return f, nil
}

// Ahead returns a JSON over the part of the file that is in memory, from here on.
func (f *JSON) Ahead() *JSON {
	ahead := *f
	ahead.Window = *Over(bytes.Clone(f.Data()))
	return &ahead
}

// Array reports whether the values are the elements of an array.
func (f *JSON) Array() bool { return f.shape == array }

// Strict reports whether a value that is not JSON leaves open where the next one begins.
func (f *JSON) Strict() bool { return f.shape == array || f.shape == objects }

// Closed reports whether the array's closing bracket was read, and nothing follows it.
func (f *JSON) Closed() bool { return f.ended }

// Line returns the line of the next byte, from 1.
func (f *JSON) Line() int { return f.line }

// Open reports whether the last line has no newline at its end.
func (f *JSON) Open() bool { return f.open }

// Next returns the next value without surrounding white space. It returns io.EOF at the end.
func (f *JSON) Next() (Row, error) {
	switch {
	case f.shape == objects:
		return f.object()
	case f.shape == array && f.closed:
		if err := f.close(); err != nil {
			return Row{}, err
		}
		return f.Next()
	case f.shape == array:
		return f.element()
	}
	for {
		row, err := f.cutLine()
		if err != nil || row.Long || len(row.Bytes) > 0 {
			return row, err
		}
	}
}

// cutLine returns a line, or what is up to the next record separator.
func (f *JSON) cutLine() (Row, error) {
	end, within := byte('\n'), 1
	if f.shape == separated {
		end, within = f.skipSeparators(), 0
	}
	row := Row{Line: f.line, Offset: f.offset}
	f.cut = cut{}
	for !f.reach(end, within) {
		f.skip()
		if f.More() {
			continue
		}
		f.cut.pos = min(f.cut.pos, len(f.Data())) // without the end-of-file character
		if f.err != io.EOF || f.cut.pos == 0 && f.cut.dropped == 0 {
			return row, f.err
		}
		break
	}
	f.line += f.cut.lines
	f.take(&row, f.cut.pos)
	f.open = (row.Long || len(row.Bytes) > 0) && !bytes.HasSuffix(f.Data()[:f.cut.pos], newline)
	f.drop(f.cut.pos)
	return row, nil
}

// reach moves on to the byte that ends a value, and past it if it is within the value.
func (f *JSON) reach(end byte, within int) (found bool) {
	rest := f.Data()[f.cut.pos:]
	n := len(rest)
	if i := bytes.IndexByte(rest, end); i >= 0 {
		n, found = i+within, true
	}
	if end != '\n' {
		f.cut.lines += bytes.Count(rest[:n], newline)
	} else if found {
		f.cut.lines++
	}
	f.cut.pos += n
	return found
}

// take makes the first n bytes the row's.
func (f *JSON) take(row *Row, n int) {
	row.Bytes = bytes.TrimSpace(f.Data()[:n])
	for f.shape != array && (bytes.HasPrefix(row.Bytes, mark) || bytes.HasPrefix(row.Bytes, misreadMark)) { // joined files keep theirs
		row.Bytes = bytes.TrimSpace(bytes.TrimPrefix(bytes.TrimPrefix(row.Bytes, misreadMark), mark))
	}
	if f.shape != array && bytes.HasSuffix(row.Bytes, []byte("},")) {
		row.Bytes = row.Bytes[:len(row.Bytes)-1]
	}
	row.Length = f.cut.dropped + int64(n)
	if row.Long = f.cut.dropped > 0 || len(row.Bytes) > MaxRecord; row.Long {
		row.Bytes = nil
	}
}

func (f *JSON) skip() {
	if f.cut.dropped > 0 || f.cut.pos > MaxRecord+2 {
		f.cut.dropped += int64(f.cut.pos)
		f.drop(f.cut.pos)
		f.cut.pos = 0
	}
}

const neverClosed = "the JSON array is never closed"

// element returns the next element of the array.
func (f *JSON) element() (Row, error) {
	c, err := f.skipSpace()
	if err != nil {
		return Row{}, f.arrayError(err, neverClosed)
	}
	if c == ']' && f.elements == 0 {
		f.closed = true
		return f.Next()
	}
	row := Row{Line: f.line, Offset: f.offset}
	f.cut = cut{}
	for !f.scan(f.Data()) {
		f.skip()
		if !f.More() {
			return row, f.arrayError(f.err, neverClosed)
		}
	}
	f.take(&row, f.cut.pos)
	f.elements++
	f.inner.elements++
	f.line += f.cut.lines
	f.closed = f.Data()[f.cut.pos] != ','
	f.drop(f.cut.pos)
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
	s := &f.cut
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
		case s.depth == 0 && (c == ',' || c == ']' || c == '}'):
			return true
		case c == '}' || c == ']':
			s.depth--
		}
	}
	return false
}

func (s *cut) inText(c byte) {
	switch {
	case s.escaped:
		s.escaped = false
	case c == '\\':
		s.escaped = true
	case c == '"':
		s.text = false
	}
}

// close consumes the closing bracket and what is around the array. At the end it returns
// io.EOF; nil if another array follows.
func (f *JSON) close() error {
	if len(f.Data()) == 0 { // called again
		return f.err
	}
	if f.Data()[0] != ']' {
		return f.arrayError(io.EOF, "a bracket of the JSON array does not match")
	}
	f.drop(1)
	if err := f.leave(); err != nil {
		return err
	}
	c, err := f.skipSpace()
	switch {
	case err != nil:
		f.ended = err == io.EOF && f.arrays == 1
		return err
	case f.inner.path != nil && c == '{':
		return f.enter()
	case f.inner.path == nil && c == '[':
		f.begin()
		return nil
	}
	return &Error{Line: f.line, Rule: "more text follows the JSON array", Hint: ArrayHint}
}

// begin consumes the bracket in front of an array's elements.
func (f *JSON) begin() {
	f.drop(1)
	f.elements, f.closed = 0, false
	f.arrays++
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
				if c == mark[0] && f.skipMark() {
					return f.skipSpace()
				}
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
