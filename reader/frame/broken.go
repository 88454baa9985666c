package frame

import (
	"bytes"
	"io"
)

// maxUnclosed is how many broken quotes of a file are looked after that turn out to
// be closed by nothing. A file of more of them does not use quotes as CSV does.
const maxUnclosed = 16

// extend moves the end of a row with a broken quote after all lines that may lie
// inside the quote. There are two ways to read such text: every quote opens or
// closes, or only a quote before a delimiter or a line ending closes. The row ends
// where both are outside. If there is no such place within MaxRecord, it ends at the
// last line up to which one of the two was inside and then was not; if nothing closes
// the quote, it was a character, and the row stays unchanged.
func (f *CSV) extend() {
	if f.unclosed == maxUnclosed {
		return
	}
	for len(f.Data()) < MaxRecord && f.More() {
	}
	data := f.Data()[:min(len(f.Data()), MaxRecord)]
	q := quotes{delimiter: []byte(f.Delimiter)}
	end, at, closed := f.pos, 0, false
	for at < len(data) && !closed {
		line := data[at:]
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		} else if f.err != io.EOF {
			break
		}
		odd, inside := q.odd, q.inside
		q.read(f.unescaped(line))
		if at += len(line); at < f.pos {
			continue
		}
		if !q.opened {
			return
		}
		if closed = !q.odd && !q.inside; closed || at > f.pos && (odd && !q.odd || inside && !q.inside) {
			end = at
		}
	}
	if !closed {
		f.unclosed++
	}
	f.line += bytes.Count(f.Data()[f.pos:end], newline)
	f.pos = end
}

// unescaped returns the line with blanks in place of what is escaped.
func (d Dialect) unescaped(line []byte) []byte {
	if d.Escape == 0 || bytes.IndexByte(line, d.Escape) < 0 {
		return line
	}
	line = bytes.Clone(line)
	for i := 0; i+1 < len(line); i++ {
		if line[i] == d.Escape && line[i+1] != '\n' {
			line[i], line[i+1] = '_', '_'
			i++
		}
	}
	return line
}

// quotes are the two ways to read text with a broken quote, at the end of a line.
type quotes struct {
	delimiter []byte
	opened    bool // a cell began with a quote
	odd       bool // every quote opens or closes: one is open
	inside    bool // only a quote before a delimiter or a line ending closes: one is open
}

func (q *quotes) read(line []byte) {
	q.odd = q.odd != (bytes.Count(line, []byte{'"'})%2 == 1)
	for len(line) > 0 {
		if !q.inside {
			line = bytes.TrimLeft(line, " \t")
			if q.inside = len(line) > 0 && line[0] == '"'; q.inside {
				q.opened, line = true, line[1:]
				continue
			}
			i := bytes.Index(line, q.delimiter)
			if i < 0 {
				return
			}
			line = line[i+len(q.delimiter):]
			continue
		}
		i := bytes.IndexByte(line, '"')
		if i < 0 {
			return
		}
		switch line = line[i+1:]; {
		case bytes.HasPrefix(line, q.delimiter):
			line = line[len(q.delimiter):]
			q.inside = false
		case len(bytes.TrimLeft(line, "\r\n")) == 0:
			q.inside = false
			return
		case line[0] == '"':
			line = line[1:]
		}
	}
}
