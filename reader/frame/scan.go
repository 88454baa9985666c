package frame

import (
	"bytes"
	"io"
)

// state is where in a row the scan is.
type state uint8

const (
	cellStart state = iota
	plain
	quoted
	afterQuote
	malformed
)

// scan finds the end of a row that has quotes or is not completely in the window.
func (f *CSV) scan(row *Row) error {
	f.state, f.pos, f.cell, f.malformed, f.dropped = cellStart, 0, 0, false, 0
	for !f.advance(f.Data(), f.err == io.EOF) {
		f.skip()
		if !f.More() && f.err != io.EOF {
			return f.err
		}
		f.pos = min(f.pos, len(f.Data())) // without the end-of-file character
	}
	if f.state == quoted {
		return &Error{Line: f.quoteLine, Rule: "the quote that opens on this line is never closed",
			Hint: "close it, or double a quote that is part of the text", Err: errUnterminated}
	}
	if f.pos == 0 && f.dropped == 0 {
		return f.err
	}
	var loose []byte
	if f.malformed && f.dropped == 0 {
		if loose = f.tightened(f.Data()[:f.pos]); loose == nil {
			f.extend()
		}
	}
	row.Length = f.dropped + int64(f.pos)
	row.Malformed, row.Cell = f.malformed && loose == nil, f.cell
	row.Bytes = f.Data()[:f.pos]
	f.open = !bytes.HasSuffix(row.Bytes, newline)
	if loose != nil {
		row.Bytes = loose
	} else if bytes.HasSuffix(bytes.TrimSuffix(row.Bytes, newline), []byte("\r\r")) {
		row.Bytes = row.Raw()
	}
	if row.Long = f.dropped > 0 || len(row.Raw()) > MaxRecord; row.Long {
		row.Bytes = nil
	}
	if !f.plain() && !row.Long && !row.Malformed {
		f.rewrite(row)
	}
	f.Drop(f.pos)
	return nil
}

// skip drops what was scanned of a row that is too long to keep.
func (f *CSV) skip() {
	if f.dropped > 0 || f.pos > MaxRecord+2 {
		f.dropped += int64(f.pos)
		f.Drop(f.pos)
		f.pos = 0
	}
}

// advance continues scanning and reports whether the row ends at pos.
func (f *CSV) advance(data []byte, end bool) (done bool) {
	for f.pos < len(data) {
		before := f.pos
		state := f.state
		if f.step(data, end) {
			return true
		}
		if f.pos == before && f.state == state {
			return false // the next bytes decide
		}
	}
	return end
}

func (f *CSV) step(data []byte, end bool) (done bool) {
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
		f.stepQuoted(rest, end)
	case afterQuote:
		return f.stepAfterQuote(rest, end)
	case malformed:
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			return f.endLine(i + 1)
		}
		f.pos = len(data)
	}
	return false
}

func (f *CSV) endLine(n int) bool {
	f.pos += n
	f.line++
	return true
}

func (f *CSV) stepPlain(rest []byte, end bool) bool {
	for i, c := range rest {
		switch {
		case c == '\n':
			return f.endLine(i + 1)
		case c == '"':
			f.pos += i
			f.misquote()
			return false
		case c == f.Escape && c != 0:
			f.pos += i
			f.stepEscape(rest[i:], end)
			return false
		case c == f.Delimiter[0]:
			if f.pos += i; f.delimited(rest[i:]) {
				return false
			}
			if !end && len(rest)-i < len(f.Delimiter) {
				return false
			}
			f.pos++ // a different character that begins with the same byte
			return false
		}
	}
	f.pos += len(rest)
	return false
}

// delimited consumes the delimiter if it comes next.
func (f *CSV) delimited(rest []byte) bool {
	if !bytes.HasPrefix(rest, []byte(f.Delimiter)) {
		return false
	}
	f.pos += len(f.Delimiter)
	f.cell++
	f.state = cellStart
	return true
}

func (f *CSV) stepQuoted(rest []byte, end bool) {
	i := bytes.IndexByte(rest, '"')
	if f.Escape != 0 {
		before := rest
		if i >= 0 {
			before = rest[:i]
		}
		switch at := bytes.IndexByte(before, f.Escape); {
		case at == 0:
			f.stepEscape(rest, end)
			return
		case at > 0:
			i, rest = -1, rest[:at]
		}
	}
	if i >= 0 {
		rest = rest[:i+1]
		f.state = afterQuote
	}
	if !f.Lines {
		f.line += bytes.Count(rest, newline)
	}
	f.pos += len(rest)
}

func (f *CSV) stepAfterQuote(rest []byte, end bool) bool {
	switch {
	case rest[0] == '"':
		f.pos++
		f.state = quoted
	case f.delimited(rest):
	case rest[0] == '\n':
		return f.endLine(1)
	case rest[0] == '\r' && len(rest) > 1 && rest[1] == '\n':
		return f.endLine(2)
	case rest[0] == '\r' && len(bytes.TrimLeft(rest, "\r")) == 0:
		if !end {
			return false
		}
		f.pos += len(rest)
		return true
	case rest[0] == '\r' && bytes.TrimLeft(rest, "\r")[0] == '\n':
		return f.endLine(len(rest) - len(bytes.TrimLeft(rest, "\r")) + 1)
	case !end && len(rest) < max(2, len(f.Delimiter)):
		return false
	default:
		f.misquote()
	}
	return false
}

func (f *CSV) misquote() { f.malformed, f.state = true, malformed }
