package reader

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/gocarina/gocsv"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

// binding says where the text of one column comes out of gocsv and where it
// goes.
type binding struct {
	slot int    // field of the narrowed row; -1: in the map of unmatched columns
	name string // the column's name for gocsv
	cell *user.Value
}

// begin gives gocsv the columns' names in our words, and the struct that they
// need.
func (r *csvRows) begin(m *mapping.Mapper, c *chunk) error {
	r.mapper, r.chunk = m, c
	r.cells = make([]user.Value, m.Columns())
	names := make([]string, len(r.header))
	known := rowFields()
	var fields []user.Field
	for i := range r.header {
		b := binding{slot: -1, name: "column " + strconv.Itoa(i+1)}
		field, cell := r.target(i)
		if _, ok := known[field]; ok && cell != nil {
			b.slot, b.name = len(fields), string(field)
			fields = append(fields, field)
		}
		if b.cell = cell; cell != nil {
			r.bound = append(r.bound, b)
			r.rest = r.rest || b.slot < 0
		}
		names[i] = b.name
	}
	return r.rename(names, fields)
}

func (r *csvRows) rename(names []string, fields []user.Field) (err error) {
	r.feed.set(r.headerRow)
	if r.um, err = gocsv.NewUnmarshaller(r.parser, narrowed(fields)); err == nil {
		err = r.um.RenormalizeHeaders(func([]string) []string { return names })
	}
	return err
}

// target returns the field that column i fills and the cell that it goes to;
// nil if the column is not read.
func (r *csvRows) target(i int) (user.Field, *user.Value) {
	if i < r.own {
		return r.marks.target(i, r.header)
	}
	i -= r.own
	if !r.mapper.Uses(i) {
		return "", nil
	}
	return r.mapper.FieldOf(i), &r.cells[i]
}

// unfit returns why the row must not reach the parser.
func (r *csvRows) unfit(row *framed) *user.InvalidError {
	switch {
	case row.long:
		return tooLong(row.length, row.offset)
	case bytes.IndexByte(row.bytes, 0) >= 0:
		return &user.InvalidError{Code: "nul", Rule: "holds a NUL byte, at byte " + strconv.Itoa(bytes.IndexByte(row.bytes, 0)+1) + " of the row"}
	case !utf8.Valid(row.bytes):
		return invalidUTF8()
	case r.charset != "" && bytes.Contains(row.bytes, replacement):
		return &user.InvalidError{Code: "invalid_charset", Rule: "holds bytes that are not valid " + r.charset, Hint: "name the right --charset"}
	case row.spoiled:
		e := &user.InvalidError{Code: "bare_quote", Rule: "a quote stands where none may", Hint: "put the cell in quotes and double the quotes inside it"}
		if row.cell < len(r.header) {
			e.Column = r.header[row.cell]
		}
		return e
	}
	return nil
}

var replacement = []byte("\uFFFD")

func invalidUTF8() *user.InvalidError {
	return &user.InvalidError{Code: "invalid_utf8", Rule: "is not valid UTF-8", Hint: "name the file's --charset, such as windows-1252"}
}

func tooLong(length, offset int64) *user.InvalidError {
	return &user.InvalidError{Code: "too_long", Rule: "is " + strconv.FormatInt(length, 10) + " bytes long, at byte " +
		strconv.FormatInt(offset, 10) + " of the decoded file; the limit is 1 MiB", Hint: "look for a quote that is closed too late"}
}
