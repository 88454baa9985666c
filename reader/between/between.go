// Package between knows the lines of a CSV file that belong to no user: comments, footers,
// the dashes under the header, and the header once more.
//
// It reads no file. Start at Lines; every line that it passes over is counted in Skipped.
package between

import (
	"bytes"
	"slices"
	"strings"

	"usersync/reader/dialect"
	"usersync/reader/frame"
)

// Skipped are lines that belong to no record.
type Skipped struct {
	Headers  int // exact copies of the header, after it
	Blank    int
	Leading  int // sep=, #TYPE or version: on line 1
	Before   int // lines before the one that HeaderRow names
	Dashes   int // under the header
	Comments int
	Footers  int
	EndMarks int // files with a final 0x1A
	Sheets   int // of workbooks, besides the one that is read
	// Rejects that are not sent again: those of groups that were not asked for, and those
	// that a later run has settled.
	OtherGroups, Settled int
}

// Add adds the lines of another file.
func (s *Skipped) Add(more Skipped) {
	s.Headers += more.Headers
	s.Blank += more.Blank
	s.Leading += more.Leading
	s.Before += more.Before
	s.Dashes += more.Dashes
	s.Comments += more.Comments
	s.Footers += more.Footers
	s.EndMarks += more.EndMarks
	s.Sheets += more.Sheets
	s.OtherGroups += more.OtherGroups
	s.Settled += more.Settled
}

// Lines tells rows of users from other lines. It is for one goroutine.
type Lines struct {
	Skipped Skipped // so far

	comment []byte   // how a comment begins; empty: there are none
	footer  []string // how lines after the last user begin
	header  header
	below   bool // the row under the header was read
	atEnd   bool // a footer was read
}

// header is the row of column names.
type header struct {
	delimiter rune
	names     []string
	text      []byte
}

// New returns Lines that know how comments and footers begin; empty: there are none.
func New(comment string, footer []string) Lines {
	return Lines{comment: []byte(comment), footer: footer}
}

// SetHeader sets what the header is. Text is its line.
func (l *Lines) SetHeader(delimiter rune, names []string, text []byte) {
	l.header = header{delimiter, names, text}
}

// Pass reports whether a row is passed over, and counts it. A row after a footer is a
// *frame.Error.
func (l *Lines) Pass(row *frame.Row) (bool, error) {
	below := !l.below
	l.below = true
	plain := !row.Malformed || bytes.IndexByte(row.Raw(), '\n') < 0 // several lines may be users
	switch {
	case l.header.repeated(row):
		l.Skipped.Headers++
	case below && l.header.dashed(row.Raw()):
		l.Skipped.Dashes++
	case len(l.comment) > 0 && plain && l.IsComment(row.Raw()):
		l.Skipped.Comments++
	case len(l.footer) > 0 && plain && l.isFooter(row.Raw()):
		l.Skipped.Footers++
		l.atEnd = true
	case l.atEnd:
		return false, &frame.Error{Line: row.Line, Rule: "a row follows a line that begins like a footer, and footers must be last",
			Hint: "give footer: more of the line, so that no user's row begins like it"}
	default:
		return false, nil
	}
	return true, nil
}

// WouldPass reports whether a row would be passed over, and counts nothing.
func (l *Lines) WouldPass(row *frame.Row, below bool) bool {
	return l.IsComment(row.Raw()) || l.isFooter(row.Raw()) || l.header.repeated(row) || below && l.header.dashed(row.Raw())
}

// IsComment reports whether a line is a comment.
func (l *Lines) IsComment(raw []byte) bool {
	return len(l.comment) > 0 && bytes.HasPrefix(bytes.TrimLeft(raw, " \t\""), l.comment)
}

func (l *Lines) isFooter(raw []byte) bool {
	raw = bytes.TrimLeft(raw, " \t\"")
	return slices.ContainsFunc(l.footer, func(text string) bool { return bytes.HasPrefix(raw, []byte(text)) })
}

// repeated reports whether a row is the header once more: files that were joined
// keep theirs. It may be quoted in another way. Nearly all rows differ in their first
// byte.
func (h *header) repeated(row *frame.Row) bool {
	b := row.Bytes
	if len(b) > 0 && b[0] == '"' {
		b = b[1:]
	}
	if !begins(b, h.names[0]) && !bytes.HasPrefix(row.Bytes, h.text[:min(8, len(h.text))]) {
		return false
	}
	raw := row.Raw()
	if bytes.Equal(raw, bytes.TrimRight(h.text, "\r\n")) {
		return true
	}
	if row.Malformed || h.names[0] == "" || !begins(bytes.TrimPrefix(raw, []byte{'"'}), h.names[0]) {
		return false
	}
	cells, err := dialect.Split(string(raw), h.delimiter)
	return err == nil && slices.Equal(cells, h.names)
}

func begins(row []byte, name string) bool {
	return len(row) >= len(name) && string(row[:len(name)]) == name
}

// dashed reports whether each cell of a row holds only dashes, as some
// programs draw a line under the header.
func (h *header) dashed(raw []byte) bool {
	delimiter := h.delimiter
	if delimiter == '|' && bytes.IndexByte(raw, '+') > 0 { // as PostgreSQL draws it
		delimiter = '+'
	}
	if bytes.IndexByte(raw, '-') < 0 || len(bytes.Trim(raw, "- \t\""+string(delimiter))) > 0 {
		return false
	}
	cells, err := dialect.Split(string(raw), delimiter)
	if err != nil || len(cells) != len(h.names) {
		return false
	}
	for _, cell := range cells {
		if cell = strings.TrimSpace(cell); cell == "" || strings.Trim(cell, "-") != "" {
			return false
		}
	}
	return true
}
