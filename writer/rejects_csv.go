package writer

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"usersync/sync/user"
)

type rejectsCSV struct {
	to      io.Writer
	row     row
	options RejectsOptions
	line    []byte

	own     int   // how many columns are the input's own
	changed bool  // some cell is not written back as it was
	kinds   []use // of each column
	cells   [][]byte
}

// use says what becomes of a cell of the input.
type use uint8

const (
	keep use = iota
	hide
	drop  // it told of an earlier run
	carry // _usersync_raw of an earlier run: all there is of the row
)

func newRejectsCSV(w io.Writer, o RejectsOptions) (*rejectsCSV, error) {
	delimiter := cmp.Or(o.Delimiter, ',')
	if !validDelimiter(delimiter) {
		return nil, fmt.Errorf("write rejects: %q cannot be the delimiter", delimiter)
	}
	r := &rejectsCSV{to: w, row: row{delimiter}, options: o}
	for _, column := range o.Header {
		r.kinds = append(r.kinds, useOf(column, o))
	}
	r.changed = slices.ContainsFunc(r.kinds, func(u use) bool { return u != keep })
	_, err := w.Write(r.header())
	return r, err
}

func useOf(column string, o RejectsOptions) use {
	switch {
	case column == rawColumn:
		return carry
	case strings.HasPrefix(column, OwnPrefix):
		return drop
	case o.hides(column):
		return hide
	}
	return keep
}

func (w *rejectsCSV) header() []byte {
	var line []byte
	for _, column := range []string{outcomeColumn, codeColumn, detailColumn, runColumn, recordColumn, lineColumn} {
		line = w.row.next(append(line, column...))
	}
	line = append(line, rawColumn...)
	for i, column := range w.options.Header {
		if w.kinds[i] == keep || w.kinds[i] == hide {
			w.own++
			line = w.row.cell(w.row.next(line), column)
		}
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

// origin appends _usersync_raw and the input's own cells.
func (w *rejectsCSV) origin(b []byte, r *user.Record) []byte {
	w.cells = w.row.cut(w.cells[:0], r.Origin.Raw)
	switch {
	case r.Origin.Unparsed, len(w.cells) != len(w.kinds), !clean(r.Origin.Raw):
		return w.unparsed(b, r)
	case w.changed:
		return w.changedRow(b)
	}
	return append(w.row.next(b), r.Origin.Raw...)
}

func (w *rejectsCSV) unparsed(b []byte, r *user.Record) []byte {
	raw := w.options.raw(r)
	if leads(raw) {
		raw = "'" + raw
	}
	b = w.row.cell(b, raw)
	for range w.own {
		b = w.row.next(b)
	}
	return b
}

func (w *rejectsCSV) changedRow(b []byte) []byte {
	for i, cell := range w.cells {
		if w.kinds[i] == carry {
			b = append(b, masked(cell, w.options.hidesAny())...)
		}
	}
	for i, cell := range w.cells {
		if w.kinds[i] == keep || w.kinds[i] == hide {
			b = append(w.row.next(b), masked(cell, w.kinds[i] == hide)...)
		}
	}
	return b
}

func masked(cell []byte, hidden bool) []byte {
	if hidden && len(cell) > 0 && string(cell) != `""` {
		return []byte(Mask)
	}
	return cell
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
