package reader

import (
	"bytes"
	"io"
)

// jsonFrame cuts a file into JSON values: one a line, or the elements of one
// array. It only looks for where they end; what they hold is for the parser.
type jsonFrame struct {
	window
	file  string
	array bool
	line  int // of the next byte, from 1

	closed   bool // the array's last element was taken
	ended    bool // the array's bracket was taken, and nothing follows it
	open     bool // the last line has no newline at its end
	elements int
	pos      int
	dropped  int64
	lines    int // newlines in this value so far
	depth    int
	text     bool // inside a JSON string
	escaped  bool
}

// next returns the next value without surrounding white space. At the end it
// returns io.EOF.
func (f *jsonFrame) next() (framed, error) {
	switch {
	case f.closed:
		return framed{}, f.close()
	case f.array:
		return f.element()
	}
	for {
		row, err := f.cutLine()
		if err != nil || row.long || len(row.bytes) > 0 {
			return row, err
		}
	}
}

func (f *jsonFrame) cutLine() (framed, error) {
	row := framed{line: f.line, offset: f.offset}
	f.pos, f.dropped = 0, 0
	for {
		if i := bytes.IndexByte(f.data()[f.pos:], '\n'); i >= 0 {
			f.pos += i + 1
			f.line++
			break
		}
		f.pos = len(f.data())
		f.passBy()
		if f.more() {
			continue
		}
		if f.err != io.EOF || f.pos == 0 && f.dropped == 0 {
			return row, f.err
		}
		break
	}
	f.take(&row, f.pos)
	f.open = (row.long || len(row.bytes) > 0) && !bytes.HasSuffix(f.data()[:f.pos], newline)
	f.drop(f.pos)
	return row, nil
}

// take makes the first n bytes the row's.
func (f *jsonFrame) take(row *framed, n int) {
	row.bytes = bytes.TrimSpace(f.data()[:n])
	row.length = f.dropped + int64(n)
	if row.long = f.dropped > 0 || len(row.bytes) > maxRecord; row.long {
		row.bytes = nil
	}
}

func (f *jsonFrame) passBy() {
	if f.dropped > 0 || f.pos > maxRecord+2 {
		f.dropped += int64(f.pos)
		f.drop(f.pos)
		f.pos = 0
	}
}

// element returns the next element of the array.
func (f *jsonFrame) element() (framed, error) {
	c, err := f.skipSpace()
	if err != nil {
		return framed{}, f.broken(err, "the JSON array is never closed")
	}
	if c == ']' && f.elements == 0 {
		return framed{}, f.close()
	}
	row := framed{line: f.line, offset: f.offset}
	f.pos, f.dropped, f.lines, f.depth, f.text, f.escaped = 0, 0, 0, 0, false, false
	for !f.scan(f.data()) {
		f.passBy()
		if !f.more() {
			return row, f.broken(f.err, "the JSON array is never closed")
		}
	}
	f.take(&row, f.pos)
	f.elements++
	f.line += f.lines
	f.closed = f.data()[f.pos] != ','
	f.drop(f.pos)
	if !row.long && len(row.bytes) == 0 {
		return row, f.broken(io.EOF, "an element of the JSON array is missing")
	}
	if !f.closed {
		f.drop(1)
	}
	return row, nil
}

// scan looks for the comma or bracket behind the element, and leaves pos there.
func (f *jsonFrame) scan(data []byte) (found bool) {
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

func (f *jsonFrame) inText(c byte) {
	switch {
	case f.escaped:
		f.escaped = false
	case c == '\\':
		f.escaped = true
	case c == '"':
		f.text = false
	}
}

// close takes the closing bracket and makes sure that nothing follows it. At
// the end it returns io.EOF.
func (f *jsonFrame) close() error {
	if len(f.data()) == 0 { // asked again
		return f.err
	}
	if f.data()[0] != ']' {
		return f.broken(io.EOF, "a bracket of the JSON array does not match")
	}
	f.drop(1)
	if _, err := f.skipSpace(); err != nil {
		f.ended = err == io.EOF
		return err
	}
	return &InputError{File: f.file, Line: f.line, Rule: "more text follows the JSON array", Hint: arrayHint}
}

const arrayHint = "nothing behind this place can be read; mend the file, or write one object a line"

// skipSpace returns the next byte that is not white space, without taking it.
func (f *jsonFrame) skipSpace() (byte, error) {
	for {
		for i, c := range f.data() {
			switch c {
			case '\n':
				f.line++
			case ' ', '\t', '\r':
			default:
				f.drop(i)
				return c, nil
			}
		}
		f.drop(len(f.data()))
		if !f.more() {
			return 0, f.err
		}
	}
}

func (f *jsonFrame) broken(err error, rule string) error {
	if err != io.EOF {
		return err
	}
	return &InputError{File: f.file, Line: f.line, Rule: rule, Hint: arrayHint}
}
