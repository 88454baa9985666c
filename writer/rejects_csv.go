package writer

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strconv"

	"usersync/sync/user"
)

type rejectsCSV struct {
	to      io.Writer
	row     row
	options RejectsOptions
	hidden  []bool // by column
	cells   [][]byte
	line    []byte
}

func newRejectsCSV(w io.Writer, o RejectsOptions) (*rejectsCSV, error) {
	delimiter := cmp.Or(o.Delimiter, ',')
	if !validDelimiter(delimiter) {
		return nil, fmt.Errorf("write rejects: %q cannot be the delimiter", delimiter)
	}
	r := &rejectsCSV{to: w, row: row{delimiter}, options: o}
	for _, column := range o.Header {
		r.hidden = append(r.hidden, o.hides(column))
	}
	_, err := w.Write(r.header())
	return r, err
}

func (w *rejectsCSV) header() []byte {
	var line []byte
	for _, column := range []string{outcomeColumn, codeColumn, detailColumn, runColumn, recordColumn, lineColumn} {
		line = w.row.next(append(line, column...))
	}
	line = append(line, rawColumn...)
	for _, column := range w.options.Header {
		line = w.row.cell(w.row.next(line), column)
	}
	return append(line, '\n')
}

// Write writes the record of o if it is a reject.
func (w *rejectsCSV) Write(o user.Outcome) error {
	if err := check(&o); err != nil || !o.Status.Rejected() {
		return err
	}
	line := w.verdict(w.line[:0], &o)
	line = w.origin(line, o.Record)
	w.line = append(line, '\n')
	_, err := w.to.Write(w.line)
	return err
}

func (w *rejectsCSV) verdict(b []byte, o *user.Outcome) []byte {
	b = w.row.next(append(b, o.Status...))
	b = w.row.next(w.row.quoted(b, o.Code))
	b = w.row.next(w.row.quoted(b, o.Detail))
	b = w.row.next(w.row.quoted(b, w.options.Run))
	b = w.row.next(strconv.AppendInt(b, int64(o.Record.Origin.Record), 10))
	return w.row.next(strconv.AppendInt(b, int64(o.Record.Origin.Line), 10))
}

// origin appends _usersync_raw and the input's own cells. One of the two is
// empty.
func (w *rejectsCSV) origin(b []byte, r *user.Record) []byte {
	w.cells = w.row.cut(w.cells[:0], r.Origin.Raw)
	if r.Origin.Unparsed || len(w.cells) != len(w.hidden) || !clean(r.Origin.Raw) {
		return w.unparsed(b, r)
	}
	for i, cell := range w.cells {
		b = w.row.next(b)
		if w.hidden[i] && len(cell) > 0 && string(cell) != `""` {
			b = append(b, Mask...)
		} else {
			b = append(b, cell...)
		}
	}
	return b
}

func (w *rejectsCSV) unparsed(b []byte, r *user.Record) []byte {
	b = w.row.cell(b, w.options.raw(r))
	for range w.hidden {
		b = w.row.next(b)
	}
	return b
}

// cut appends the cells of a well-formed row as they stand, with their
// quotes.
func (r row) cut(cells [][]byte, raw []byte) [][]byte {
	delimiter := []byte(string(r.delimiter))
	for {
		start := closingQuote(raw)
		n := bytes.Index(raw[start:], delimiter)
		if n < 0 {
			return append(cells, raw)
		}
		cells = append(cells, raw[:start+n])
		raw = raw[start+n+len(delimiter):]
	}
}

// closingQuote returns where the search for the end of the cell may begin:
// behind the closing quote, or at once where there is none.
func closingQuote(raw []byte) int {
	if len(raw) == 0 || raw[0] != '"' {
		return 0
	}
	for i := 1; i < len(raw); i++ {
		switch {
		case raw[i] != '"':
		case i+1 < len(raw) && raw[i+1] == '"':
			i++
		default:
			return i
		}
	}
	return len(raw)
}
