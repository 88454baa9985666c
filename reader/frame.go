package reader

import (
	"bytes"
	"io"
)

// frame cuts CSV text into rows by the rules of encoding/csv: a quote opens
// only at the start of a cell, and after a bare or wrongly closed quote the row
// ends with the line. It knows where each row begins, holds at most one of them
// in memory, and passes by what is too long.
type frame struct {
	window
	delimiter []byte
	line      int // of the next byte, from 1

	state     state
	pos       int // scanned so far, from the window's start
	cell      int // index of the cell at pos
	spoiled   bool
	quoteLine int   // where the last quote opened
	dropped   int64 // bytes of this row that were passed by
	open      bool  // the last row has no newline at its end
}

type state uint8

const (
	cellStart state = iota
	plain
	quoted
	afterQuote
	spoiled
)

// framed is one row. Its bytes are valid until the next one.
type framed struct {
	bytes   []byte // with the line ending, if there is one
	line    int
	offset  int64
	length  int64
	long    bool // over maxRecord; bytes is empty
	spoiled bool // a quote stands where none may, in cell
	cell    int
}

// raw is the row without its line ending.
func (r *framed) raw() []byte {
	raw := bytes.TrimSuffix(r.bytes, []byte{'\n'})
	return bytes.TrimSuffix(raw, []byte{'\r'})
}

// next returns the next row that is not blank. At the end it returns io.EOF; at
// a quote that nothing closes, errUnterminated.
func (f *frame) next() (framed, error) {
	for {
		row, err := f.cut()
		if err != nil || row.long || len(row.raw()) > 0 {
			return row, err
		}
	}
}

func (f *frame) cut() (framed, error) {
	row := framed{line: f.line, offset: f.offset}
	data := f.data()
	if i := bytes.IndexByte(data, '\n'); i >= 0 && i <= maxRecord && bytes.IndexByte(data[:i], '"') < 0 {
		row.bytes = data[:i+1]
		f.line++
		f.drop(i + 1)
		return row, nil
	}
	return row, f.scan(&row)
}

// scan finds the end of a row that has quotes or is not all in the window.
func (f *frame) scan(row *framed) error {
	f.state, f.pos, f.cell, f.spoiled, f.dropped = cellStart, 0, 0, false, 0
	for !f.advance(f.data(), f.err == io.EOF) {
		f.passBy()
		if !f.more() && f.err != io.EOF {
			return f.err
		}
	}
	if f.state == quoted {
		return errUnterminated
	}
	if f.pos == 0 && f.dropped == 0 {
		return f.err
	}
	row.length = f.dropped + int64(f.pos)
	row.spoiled, row.cell = f.spoiled, f.cell
	row.bytes = f.data()[:f.pos]
	f.open = !bytes.HasSuffix(row.bytes, newline)
	if row.long = f.dropped > 0 || len(row.raw()) > maxRecord; row.long {
		row.bytes = nil
	}
	f.drop(f.pos)
	return nil
}

// passBy drops what is scanned of a row that is too long to be kept.
func (f *frame) passBy() {
	if f.dropped > 0 || f.pos > maxRecord+2 {
		f.dropped += int64(f.pos)
		f.drop(f.pos)
		f.pos = 0
	}
}

// advance scans on and reports whether the row ends at pos.
func (f *frame) advance(data []byte, end bool) (done bool) {
	for f.pos < len(data) {
		before := f.pos
		state := f.state
		if f.step(data, end) {
			return true
		}
		if f.pos == before && f.state == state {
			return false // what comes next decides
		}
	}
	return end
}

func (f *frame) step(data []byte, end bool) (done bool) {
	switch rest := data[f.pos:]; f.state {
	case cellStart:
		f.state = plain
		if rest[0] == '"' {
			f.state, f.quoteLine = quoted, f.line
			f.pos++
		}
	case plain:
		return f.stepPlain(rest, end)
	case quoted:
		f.stepQuoted(rest)
	case afterQuote:
		return f.stepAfterQuote(rest, end)
	case spoiled:
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			return f.endLine(i + 1)
		}
		f.pos = len(data)
	}
	return false
}

func (f *frame) endLine(n int) bool {
	f.pos += n
	f.line++
	return true
}

func (f *frame) stepPlain(rest []byte, end bool) bool {
	for i, c := range rest {
		switch {
		case c == '\n':
			return f.endLine(i + 1)
		case c == '"':
			f.pos += i
			f.spoil()
			return false
		case c == f.delimiter[0]:
			if f.pos += i; f.delimited(rest[i:]) {
				return false
			}
			if !end && len(rest)-i < len(f.delimiter) {
				return false
			}
			f.pos++ // another character that begins with the same byte
			return false
		}
	}
	f.pos += len(rest)
	return false
}

// delimited takes the delimiter if it comes next.
func (f *frame) delimited(rest []byte) bool {
	if !bytes.HasPrefix(rest, f.delimiter) {
		return false
	}
	f.pos += len(f.delimiter)
	f.cell++
	f.state = cellStart
	return true
}

func (f *frame) stepQuoted(rest []byte) {
	i := bytes.IndexByte(rest, '"')
	if i >= 0 {
		rest = rest[:i+1]
		f.state = afterQuote
	}
	f.line += bytes.Count(rest, []byte{'\n'})
	f.pos += len(rest)
}

func (f *frame) stepAfterQuote(rest []byte, end bool) bool {
	switch {
	case rest[0] == '"':
		f.pos++
		f.state = quoted
	case f.delimited(rest):
	case rest[0] == '\n':
		return f.endLine(1)
	case rest[0] == '\r' && len(rest) > 1 && rest[1] == '\n':
		return f.endLine(2)
	case rest[0] == '\r' && len(rest) == 1 && end:
		f.pos++
		return true
	case !end && len(rest) < max(2, len(f.delimiter)):
		return false
	default:
		f.spoil()
	}
	return false
}

func (f *frame) spoil() { f.spoiled, f.state = true, spoiled }
