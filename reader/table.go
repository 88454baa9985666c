package reader

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"

	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/reader/object"
	"usersync/reader/source"
)

// Table is a file before any mapping: its columns, and the text of their cells. It is for
// one goroutine.
type Table struct {
	in     *Input
	f      *file
	header []string
	known  object.Keys
	place  map[string]int // of JSON keys
}

// TableRow is a row of a Table.
type TableRow struct {
	Line int
	// Cells are those of the columns that Header then has, valid until the next row. JSON
	// can have more of them in later rows.
	Cells []string
	// Raw is the text of a CSV row, valid until the next row.
	Raw []byte
	// Broken says that the row cannot be parsed, or does not fit the header; there are no
	// Cells.
	Broken bool
}

// OpenTable opens the first of o.Paths, and ignores Mapping and Accepts. If the first line
// of a CSV file does not look like a header and a later one does, it reads from that line,
// and Layout says which. An error is an *InputError.
func OpenTable(ctx context.Context, o Options) (*Table, error) {
	o.Mapping, o.Sidecar, o.Trailer, o.ExpectSHA256 = mapping.Config{}, false, "", ""
	in := &Input{o: o, digest: source.NewDigest()}
	if err := in.o.check(); err != nil {
		return nil, err
	}
	if err := checkStopped(ctx, o.Paths[0]); err != nil {
		return nil, err
	}
	f, err := in.start(o.Paths[0], true)
	if err != nil {
		return nil, err
	}
	t := &Table{in: in, f: f, known: object.Keys{Known: isKnown(in.o.Mapping)}}
	if rows, ok := f.rows.(*csvRows); ok && o.HeaderRow == 0 {
		if line := rows.proposeHeader(); line > 0 {
			if err := rows.startAt(f, line, o); err != nil {
				return nil, closeAfter(f.source, inputError(f.name, line, err))
			}
		}
	}
	t.header = slices.Clone(f.layout.Header)
	t.place = make(map[string]int, len(t.header))
	for i, name := range t.header {
		t.place[name] = i
	}
	return t, nil
}

// startAt reads from the line that looks like the header.
func (r *csvRows) startAt(f *file, line int, o Options) error {
	for r.frame.Line() < line && r.frame.SkipLine() {
		r.lines.skipped.Before++
	}
	if o.Delimiter == 0 {
		r.delimiter = r.detectDelimiter()
		r.frame.SetDelimiter([]byte(string(r.delimiter)))
	}
	if err := r.readHeader(); err != nil {
		return err
	}
	r.findEdges()
	f.layout = Layout{Format: CSV, Delimiter: r.delimiter, Header: r.header, HeaderRow: line}
	return nil
}

// Layout returns the layout of the file.
func (t *Table) Layout() Layout { return t.f.layout }

// Header lists the columns of the rows read so far.
func (t *Table) Header() []string { return t.header }

// Close closes the file.
func (t *Table) Close() error { return t.in.closeFile(t.f) }

// Rows reads the rows, once: a second call continues where the first ended. An error is an
// *InputError, and the last.
func (t *Table) Rows() func(yield func(TableRow, error) bool) {
	next := t.nextJSON
	if rows, ok := t.f.rows.(*csvRows); ok {
		next = func() (TableRow, error) { return t.nextCSV(rows) }
	}
	return func(yield func(TableRow, error) bool) {
		for {
			row, err := next()
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(row, inputError(t.f.name, t.f.rows.line(), err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func (t *Table) nextCSV(r *csvRows) (TableRow, error) {
	row, err := r.nextRow()
	if err != nil {
		return TableRow{}, err
	}
	out := TableRow{Line: row.Line, Raw: row.Raw()}
	if r.malformed(&row, 0) != nil {
		out.Broken = true
		return out, nil
	}
	reader := csv.NewReader(bytes.NewReader(row.Bytes))
	reader.Comma, reader.FieldsPerRecord, reader.LazyQuotes = r.delimiter, -1, true
	cells, err := reader.Read()
	own := r.rejectColumns.count
	if err != nil || len(cells) != len(r.header) || own > len(cells) {
		out.Broken = true
		return out, nil
	}
	out.Cells = cells[own:]
	for i, cell := range out.Cells {
		if bare, is := bareFormula(cell); is {
			out.Cells[i] = bare
		}
	}
	return out, nil
}

// bareFormula takes ="..." off a cell.
func bareFormula(text string) (bare string, is bool) {
	if len(text) > 2 && text[0] == '=' && text[1] == '"' && text[len(text)-1] == '"' {
		return strings.ReplaceAll(text[2:len(text)-1], `""`, `"`), true
	}
	return text, false
}

func (t *Table) nextJSON() (TableRow, error) {
	r, ok := t.f.rows.(*jsonRows)
	if !ok {
		return TableRow{}, errors.New("the file has neither rows nor objects")
	}
	if r.empty {
		return TableRow{}, r.emptied()
	}
	row, err := r.frame.Next()
	if err != nil {
		return TableRow{}, r.checkOthers(err)
	}
	out := TableRow{Line: row.Line}
	if out.Broken = r.malformed(&row) != nil || !object.IsObject(row.Bytes); !out.Broken {
		out.Cells = t.objectCells(row)
	}
	return out, nil
}

// objectCells returns the values of an object by the columns, and adds those that are new.
func (t *Table) objectCells(row frame.Row) []string {
	cells := make([]string, len(t.header))
	t.known.Texts(row.Bytes, func(name, text string) {
		at, known := t.place[name]
		if !known {
			if len(t.header) >= mostKeys {
				return
			}
			at = len(t.header)
			t.header, t.place[name], cells = append(t.header, name), at, append(cells, "")
		}
		cells[at] = text
	})
	return cells
}

// mostKeys is how many different keys of JSON objects a Table tells apart.
const mostKeys = 10_000
