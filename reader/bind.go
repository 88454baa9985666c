package reader

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/gocarina/gocsv"

	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/sync/user"
)

// bind tells gocsv which columns are read, and keeps where their cells go.
func (r *csvRows) bind(m *mapping.Mapper, c *chunk) (err error) {
	r.mapper, r.chunk = m, c
	r.cells = make([]user.Value, m.Columns())
	names := make([]string, len(r.header))
	for i := range r.header {
		names[i] = unreadName
		if place := r.place(i); place != nil {
			names[i] = cellName
			r.row.places = append(r.row.places, place)
		}
	}
	r.row.feed.set(r.row.header)
	if r.row.unmarshaller, err = gocsv.NewUnmarshaller(r.row.parser, cellsRow{}); err == nil {
		err = r.row.unmarshaller.RenormalizeHeaders(func([]string) []string { return names })
	}
	return err
}

// place returns where the cell of column i goes; nil if the column is not read.
func (r *csvRows) place(i int) *user.Value {
	if i < r.rejectColumns.count {
		return r.rejectColumns.place(r.header[i])
	}
	if i -= r.rejectColumns.count; !r.mapper.Uses(i) {
		return nil
	}
	return &r.cells[i]
}

// malformed returns why the row must not reach the parser. Its first cell is that of
// column from.
func (r *csvRows) malformed(row *frame.Row, from int) *user.InvalidError {
	switch {
	case row.Long:
		return tooLong(row.Length, row.Offset)
	case bytes.IndexByte(row.Bytes, 0) >= 0:
		return &user.InvalidError{Code: "nul", Rule: "holds a NUL byte, at byte " + strconv.Itoa(bytes.IndexByte(row.Bytes, 0)+1) + " of the row"}
	case !utf8.Valid(row.Bytes):
		return invalidUTF8()
	case r.charset() != "" && bytes.Contains(row.Bytes, replacement):
		return &user.InvalidError{Code: "invalid_charset", Rule: "holds bytes that are not valid " + r.charset(), Hint: "name the right --charset"}
	case row.Malformed:
		e := &user.InvalidError{Code: "bare_quote", Rule: "has a quote where none is allowed", Hint: "put the cell in quotes and double the quotes inside it"}
		if bytes.IndexByte(row.Raw(), '\n') >= 0 {
			return inBrokenQuote(row)
		}
		if column := from + row.Cell; column < len(r.header) {
			e.Column = r.header[column]
		}
		return e
	}
	return nil
}

var replacement = []byte("\uFFFD")

// inBrokenQuote is the record of all lines that may lie inside a quote that is not
// closed as it should be: none of them can be told from a user.
func inBrokenQuote(row *frame.Row) *user.InvalidError {
	lines := bytes.Count(row.Raw(), []byte{'\n'}) + 1
	return &user.InvalidError{Code: CodeInBrokenQuote, Rule: "is " + strconv.Itoa(lines) + " lines that may lie inside a broken quote, so that they cannot be told apart",
		Hint: "double the quotes inside the quoted cell, or close it"}
}

// CodeInBrokenQuote is the code of several lines that may be one cell.
const CodeInBrokenQuote = "in_broken_quote"

func invalidUTF8() *user.InvalidError {
	return &user.InvalidError{Code: "invalid_utf8", Rule: "is not valid UTF-8", Hint: "name the file's --charset, such as windows-1252"}
}

func tooLong(length, offset int64) *user.InvalidError {
	return &user.InvalidError{Code: "too_long", Rule: "is " + strconv.FormatInt(length, 10) + " bytes long, at byte " +
		strconv.FormatInt(offset, 10) + " of the decoded file; the limit is 1 MiB", Hint: "look for a quote that is closed too late"}
}
