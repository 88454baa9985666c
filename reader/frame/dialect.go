package frame

import (
	"bytes"
	"unicode/utf8"
)

// Dialect is how the cells of a row are written.
type Dialect struct {
	Delimiter string // one character or several
	// Escape takes the meaning from the character after it; 0: there is none, and a quote
	// inside of quotes is doubled.
	Escape byte
}

// Comma is the delimiter of rows whose dialect parsers do not read: they are rewritten with
// it, and with quotes that are doubled.
const Comma = ','

// plain reports whether parsers read the dialect.
func (d Dialect) plain() bool { return d.Escape == 0 && utf8.RuneCountInString(d.Delimiter) < 2 }

// Plain is the delimiter of the rows, as Next returns them.
func (d Dialect) Plain() rune {
	if !d.plain() {
		return Comma
	}
	r, _ := utf8.DecodeRuneInString(d.Delimiter)
	return r
}

// rewrite turns a row into one that parsers read.
func (f *CSV) rewrite(row *Row) {
	row.source = row.Bytes
	text := withoutEnding(row.Bytes)
	out := f.rewritten[:0]
	var cell []byte
	for n, more := 0, true; more; n++ {
		var ok bool
		if cell, text, more, ok = f.cellOf(cell[:0], text); !ok {
			row.BadEscape, row.Cell = true, n
			return
		}
		if n > 0 {
			out = append(out, Comma)
		}
		out = AppendCell(out, cell, Comma)
	}
	if len(out) == 0 && len(withoutEnding(row.source)) > 0 { // a quoted cell, and not a blank line
		out = append(out, `""`...)
	}
	row.Bytes, f.rewritten = out, out
}

// cellOf appends the text of the first cell to b, and returns what follows its delimiter;
// more if there is one. It is not ok if an escape means nothing.
func (d Dialect) cellOf(b, text []byte) (cell, rest []byte, more, ok bool) {
	const null = `\N` // as databases write it
	if d.Escape == null[0] && bytes.HasPrefix(text, []byte(null)) {
		if rest, more = bytes.CutPrefix(text[len(null):], []byte(d.Delimiter)); more || len(rest) == 0 {
			return append(b, null...), rest, more, true
		}
	}
	quoted := len(text) > 0 && text[0] == '"'
	if quoted {
		text = text[1:]
	}
	for len(text) > 0 {
		switch c := text[0]; {
		case c == d.Escape && c != 0:
			r, size, known := meaning(text[1:])
			if !known {
				return b, text, false, false
			}
			b, text = append(b, r...), text[1+size:]
			continue
		case quoted && c == '"' && len(text) > 1 && text[1] == '"':
			text = text[1:]
		case quoted && c == '"':
			rest, more = bytes.CutPrefix(text[1:], []byte(d.Delimiter))
			return b, rest, more, true
		case !quoted && bytes.HasPrefix(text, []byte(d.Delimiter)):
			return b, text[len(d.Delimiter):], true, true
		}
		b, text = append(b, text[0]), text[1:]
	}
	return b, nil, false, true
}

// meaning returns what the text after an escape begins with: a character that stands for
// itself, or the letter of a control character. Other letters and digits need no escape.
func meaning(text []byte) (char []byte, size int, ok bool) {
	if len(text) == 0 {
		return nil, 0, false
	}
	if i := bytes.IndexByte([]byte("ntr"), text[0]); i >= 0 {
		return []byte{"\n\t\r"[i]}, 1, true
	}
	c := text[0]
	if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf {
		return nil, 0, false
	}
	return text[:1], 1, true
}

// AppendCell appends a cell to a row with that delimiter, in quotes if it needs them.
func AppendCell(row, cell []byte, delimiter rune) []byte {
	if len(cell) == 0 || !bytes.ContainsAny(cell, "\"\r\n") && !bytes.ContainsRune(cell, delimiter) {
		return append(row, cell...)
	}
	row = append(row, '"')
	row = append(row, bytes.ReplaceAll(cell, []byte{'"'}, []byte(`""`))...)
	return append(row, '"')
}

// stepEscape consumes an escape and what it takes the meaning from, also a line ending.
func (f *CSV) stepEscape(rest []byte, end bool) {
	switch {
	case len(rest) > 2 && rest[1] == '\r' && rest[2] == '\n':
		f.pos += 3
		f.line++
	case len(rest) < 3 && !end && !(len(rest) == 2 && rest[1] != '\r'): // the next bytes decide
	case len(rest) > 1 && rest[1] == '\n':
		f.pos += 2
		f.line++
	case len(rest) > 1:
		f.pos += 2
	default:
		f.misquote()
	}
}
