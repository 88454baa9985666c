package reader

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"

	"usersync/reader/frame"
	"usersync/sync/user"
)

// between knows the lines of a CSV file that belong to no user.
type between struct {
	comment []byte   // how a comment begins; empty: there are none
	footer  []string // how lines after the last user begin
	skipped Skipped
	below   bool // the row under the header was read
	atEnd   bool // a footer was read
	// leading is what each row has in front of its first cell, and trailing after its
	// last: a cell that the header does not have.
	leading, trailing bool
}

// nextRow returns the next row that may be a user.
func (r *csvRows) nextRow() (frame.Row, error) {
	for {
		row, err := r.frame.Next()
		if err != nil {
			return row, err
		}
		if r.lines.leading || r.lines.trailing {
			r.cutEdges(&row)
		}
		skip, err := r.skip(&row)
		if err != nil || !skip {
			return row, err
		}
	}
}

// skip reports whether a row is passed over, and counts it.
func (r *csvRows) skip(row *frame.Row) (bool, error) {
	l := &r.lines
	below := !l.below
	l.below = true
	plain := !row.Malformed || bytes.IndexByte(row.Raw(), '\n') < 0 // several lines may be users
	switch {
	case r.repeatsHeader(row):
		l.skipped.Headers++
	case below && r.dashed(row.Raw()):
		l.skipped.Dashes++
	case len(l.comment) > 0 && plain && r.isComment(row.Raw()):
		l.skipped.Comments++
	case len(l.footer) > 0 && plain && r.isFooter(row.Raw()):
		l.skipped.Footers++
		l.atEnd = true
	case l.atEnd:
		return false, &InputError{File: r.file, Line: row.Line, Rule: "a row follows a line that begins like a footer, and footers must be last",
			Hint: "give footer: more of the line, so that no user's row begins like it"}
	default:
		return false, nil
	}
	return true, nil
}

func (r *csvRows) isComment(raw []byte) bool {
	return len(r.lines.comment) > 0 && bytes.HasPrefix(bytes.TrimLeft(raw, " \t\""), r.lines.comment)
}

func (r *csvRows) isFooter(raw []byte) bool {
	raw = bytes.TrimLeft(raw, " \t\"")
	for _, text := range r.lines.footer {
		if bytes.HasPrefix(raw, []byte(text)) {
			return true
		}
	}
	return false
}

// dashed reports whether each cell of a row holds only dashes, as some
// programs draw a line under the header.
func (r *csvRows) dashed(raw []byte) bool {
	if bytes.IndexByte(raw, '-') < 0 || len(bytes.Trim(raw, "- \t\""+string(r.delimiter))) > 0 {
		return false
	}
	reader := csv.NewReader(bytes.NewReader(raw))
	reader.Comma = r.delimiter
	cells, err := reader.Read()
	if err != nil || len(cells) != len(r.header) {
		return false
	}
	for _, cell := range cells {
		if cell = strings.TrimSpace(cell); cell == "" || strings.Trim(cell, "-") != "" {
			return false
		}
	}
	return true
}

func (r *csvRows) skipped() Skipped {
	s := r.lines.skipped
	s.Blank += r.frame.Blank()
	if r.frame.EndMark() {
		s.EndMarks = 1
	}
	return s
}

// plainText takes ="..." off cells, which keeps spreadsheets from reading numbers. A secret
// stays unchanged.
func plainText(cells []user.Value, secret func(column int) bool) {
	for i := range cells {
		if text := cells[i].Text; len(text) > 2 && text[0] == '=' && text[1] == '"' && text[len(text)-1] == '"' && !secret(i) {
			cells[i].Text = strings.ReplaceAll(text[2:len(text)-1], `""`, `"`)
		}
	}
}

// cutEdges takes off a row what the header has no column for.
func (r *csvRows) cutEdges(row *frame.Row) {
	if row.Long || row.Malformed {
		return
	}
	if r.lines.leading {
		if rest, ok := afterCells(row.Bytes, r.delimiter, 1); ok {
			row.Bytes = rest
		}
		return
	}
	row.Bytes = bytes.TrimSuffix(row.Raw(), []byte(string(r.delimiter)))
}

// sampleRows is how many rows show whether they have a cell that the header lacks.
const sampleRows = 100

// findEdges finds out whether each row ends with a delimiter where the header does not,
// or the other way round, and whether it begins with its number, as R writes it.
func (r *csvRows) findEdges() {
	width := len(r.header)
	first := r.sampleCells(r.frame.Peek(2), 1)
	unnamed := width > 1 && r.header[width-1] == ""
	if len(first) == 0 || len(first[0]) == width && !unnamed {
		return
	}
	rows := r.sampleCells(r.frame.PeekBytes(headerBytes), sampleRows)
	rows = slices.DeleteFunc(rows, func(cells []string) bool { return len(cells) < width-1 || len(cells) > width+1 }) // broken ones
	ends := all(rows, func(_ int, cells []string) bool { return cells[len(cells)-1] == "" })
	switch wide, narrow := all(rows, hasWidth(width+1)), all(rows, hasWidth(width-1)); {
	case unnamed && all(rows, hasWidth(width)) && ends:
		r.lines.trailing = true
		r.dropColumn()
	case unnamed && narrow:
		r.dropColumn()
	case wide && ends:
		r.lines.trailing = true
	case wide && r.numbered(rows):
		r.lines.leading = true
	}
}

// numbered reports whether rows begin with their numbers. The numbers could be ids, so
// that addresses must also be where the header says, one cell further on.
func (r *csvRows) numbered(rows [][]string) bool {
	mail := slices.IndexFunc(r.header, func(name string) bool { return strings.Contains(strings.ToLower(name), "mail") })
	return mail >= 0 && all(rows, func(i int, cells []string) bool {
		return cells[0] == strconv.Itoa(i+1) && strings.Contains(cells[mail+1], "@") && !strings.Contains(cells[mail], "@")
	})
}

// dropColumn drops the last column of the header, which has no name.
func (r *csvRows) dropColumn() {
	r.header = r.header[:len(r.header)-1]
	row := frame.Row{Bytes: r.row.header}
	trimmed := bytes.TrimRight(row.Raw(), " \t\"")
	if r.delimiter == '\t' {
		trimmed = row.Raw()
	}
	r.row.header = bytes.TrimSuffix(trimmed, []byte(string(r.delimiter)))
	r.row.parser.FieldsPerRecord = len(r.header)
}

func hasWidth(n int) func(int, []string) bool {
	return func(_ int, cells []string) bool { return len(cells) == n }
}

func all(rows [][]string, holds func(i int, cells []string) bool) bool {
	for i, cells := range rows {
		if !holds(i, cells) {
			return false
		}
	}
	return len(rows) > 0
}

// sampleCells parses the rows at the beginning of text, at most n of them. It leaves out
// the line under the header, and what may be cut off at the end.
func (r *csvRows) sampleCells(text []byte, n int) [][]string {
	if !bytes.HasSuffix(text, newline) && r.frame.Err() == nil {
		text = text[:bytes.LastIndexByte(text, '\n')+1]
	}
	ahead := frame.NewCSV(frame.Over(text), []byte(string(r.delimiter)))
	var rows [][]string
	for len(rows) < n {
		row, err := ahead.Next()
		if err != nil || row.Malformed || row.Long {
			break
		}
		if r.isComment(row.Raw()) || r.isFooter(row.Raw()) || r.repeatsHeader(&row) || len(rows) == 0 && r.dashed(row.Raw()) {
			continue
		}
		reader := csv.NewReader(bytes.NewReader(row.Raw()))
		reader.Comma = r.delimiter
		cells, err := reader.Read()
		if err != nil {
			break
		}
		rows = append(rows, cells)
	}
	return rows
}
