package writer

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"unicode/utf8"

	"usersync/sync/user"
)

type rejectsCSV struct {
	to      io.Writer
	format  csvRejects
	reject  Reject
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
	r := &rejectsCSV{to: w, format: newCSVRejects(delimiter, o.Files), reject: Reject{Run: o.Run}, options: o}
	for _, column := range o.Header {
		r.hidden = append(r.hidden, o.hides(column))
	}
	_, err := w.Write(r.header())
	return r, err
}

func (w *rejectsCSV) header() []byte {
	line := w.format.front()
	for _, column := range w.options.Header {
		line = w.format.cell(w.format.next(line), column)
	}
	return append(line, '\n')
}

// Write writes the record of o if it is a reject.
func (w *rejectsCSV) Write(o *user.Outcome) error {
	if err := check(o); err != nil || !o.Status.Rejected() {
		return err
	}
	w.reject.Settled = o.Settled()
	line := w.format.appendOutcome(w.line[:0], &w.reject)
	line = w.origin(line, o.Record)
	w.line = append(line, '\n')
	_, err := w.to.Write(w.line)
	return err
}

// csvRejects are the cells of usersync's own columns, with which a row of rejects begins.
type csvRejects struct {
	csvCells
	columns []column[Reject]
}

func newCSVRejects(delimiter rune, files bool) csvRejects {
	return csvRejects{csvCells{row: row{delimiter}}, columnsOfRejects(files)}
}

// front returns their names, with that of _usersync_raw.
func (c *csvRejects) front() []byte {
	return append(c.next([]byte(names(c.columns, string(c.delimiter)))), user.RejectRaw...)
}

// appendOutcome appends their cells, each followed by a delimiter, except for _usersync_raw.
func (c *csvRejects) appendOutcome(b []byte, r *Reject) []byte {
	for i := range c.columns {
		b = c.next(c.append(b, c.columns[i].of(r)))
	}
	return b
}

// origin appends _usersync_raw and the input's own cells. One of the two is empty.
func (w *rejectsCSV) origin(b []byte, r *user.Record) []byte {
	raw := []byte(r.Origin.Raw)
	w.cells = w.format.cut(w.cells[:0], raw)
	if r.Origin.Unparsed || len(w.cells) != len(w.hidden) || !clean(raw) {
		return w.unparsed(b, r)
	}
	for i, cell := range w.cells {
		b = w.format.next(b)
		switch {
		case w.hidden[i] && len(cell) > 0 && string(cell) != `""`:
			b = append(b, user.Mask...)
		case bareCR(cell):
			b = w.format.cell(b, string(cell))
		default:
			b = append(b, cell...)
		}
	}
	return b
}

// bareCR reports whether cell holds a carriage return without quotes around it. Readers of
// CSV in general, unlike ours, would end the row there.
func bareCR(cell []byte) bool {
	return bytes.IndexByte(cell, '\r') >= 0 && bytes.IndexByte(cell, '"') < 0
}

func (w *rejectsCSV) unparsed(b []byte, r *user.Record) []byte {
	b = w.format.cell(b, w.options.raw(r))
	for range w.hidden {
		b = w.format.next(b)
	}
	return b
}

// cut appends the cells of a well-formed row unchanged, with their quotes.
func (r row) cut(cells [][]byte, raw []byte) [][]byte {
	for {
		start := closingQuote(raw)
		n := bytes.IndexRune(raw[start:], r.delimiter)
		if n < 0 {
			return append(cells, raw)
		}
		cells = append(cells, raw[:start+n])
		raw = raw[start+n+utf8.RuneLen(r.delimiter):]
	}
}

// closingQuote returns where the search for the end of the cell can begin: after the closing
// quote, or at the start if there is none.
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
