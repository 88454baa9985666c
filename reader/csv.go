package reader

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"usersync/reader/between"
	"usersync/reader/frame"
	"usersync/reader/mapping"
	"usersync/reader/proof"
	"usersync/reader/reject"
	"usersync/reader/table"
	"usersync/sync/user"
)

// csvRows turns the rows of a table into records.
type csvRows struct {
	file    string
	table   *table.Table
	mapper  *mapping.Mapper
	chunk   *chunk
	cells   []user.Value // of the file's own columns
	rejects rejectRows
	trailer trailer
	order   []int // of a file whose columns are in another order than those of the first; see file
	records int   // so far
	book    bookRows
	heads   innerHeaders
	results bool // the file is results of a run: their cells are quoted for spreadsheets
}

func openCSV(f *file, w *frame.Window, o Options) (*csvRows, error) {
	original := frame.Dialect{Delimiter: o.CSV.Delimiter, Escape: o.CSV.Escape}
	d := original
	if f.source.Workbook() {
		d = frame.Dialect{Delimiter: string(frame.Comma)}
	}
	if reject.Begins(w.Data()) {
		d.Escape = 0
		o.CSV.HeaderRow, o.CSV.Comment, o.CSV.Footer = 0, "", nil // these are about the input that rejects came from
		if own := reject.Delimiter(w.Data()); own != 0 {
			d.Delimiter = string(own)
		}
	}
	t, err := table.Open(w, table.Options{Dialect: d, Lines: f.source.Workbook(), HeaderRow: o.CSV.HeaderRow, Comment: o.CSV.Comment, Footer: o.CSV.Footer, Charset: f.source.Charset})
	if err != nil {
		return nil, err
	}
	r := &csvRows{file: f.name, table: t, book: bookRows{source: f.source}, rejects: rejectRows{table: t, dialect: original, original: o.Rejects.Original}, trailer: trailer{Trailer: proof.NewTrailer(o.CSV.Trailer)}}
	if err := r.rejects.Find(t.Header(), t.HeaderLine()); err != nil {
		return nil, err
	}
	r.results = user.IsResults(trimmed(t.Header()))
	if r.rejects.Count == 0 {
		t.FindEdges()
	}
	f.layout = Layout{Format: CSV, Delimiter: t.Delimiter(), Header: t.Header()[r.rejects.Count:]}
	return r, nil
}

// bind tells the parser where the cells of each column go.
func (r *csvRows) bind(m *mapping.Mapper, c *chunk, order []int) error {
	r.mapper, r.chunk, r.order = m, c, order
	r.book.bind(m, order, r.rejects.Count)
	r.heads.bind(m)
	r.cells = make([]user.Value, m.Columns())
	return r.table.Bind(func(column int) *user.Value {
		if column < r.rejects.Count {
			return r.rejects.Place(r.table.Header()[column])
		}
		if column -= r.rejects.Count; order != nil {
			if order[column] < 0 {
				return nil
			}
			return &r.cells[order[column]]
		}
		if m.Uses(column) {
			return &r.cells[column]
		}
		return nil
	})
}

func (r *csvRows) line() int { return r.table.Line() }

func (r *csvRows) skipped() between.Skipped {
	s := r.table.Skipped()
	s.Sheets = r.book.source.Unread()
	return s
}

// end is called at the end of the file. If a trailer follows the last record, that record is
// complete.
func (r *csvRows) end() ending {
	open, only := r.table.Open()
	e := ending{open: open && !only, truncated: open}
	if r.trailer.reached {
		e.by, e.truncated = proof.ByTrailer, false
	}
	return e
}

func (r *csvRows) next(rec *user.Record) error {
	row, err := r.nextUser()
	if err != nil {
		return err
	}
	r.records++
	rec.Origin.Line = row.Line
	if invalid := r.table.Damage(row, 0); invalid != nil {
		r.refuse(rec, row, invalid)
		return nil
	}
	rec.Origin.Raw = r.chunk.raws.copied(row.Raw())
	if ragged, err := r.parse(row); err != nil {
		return err
	} else if ragged {
		r.refuse(rec, row, r.table.Ragged(rec.Origin.Raw, 0, r.table.Delimiter()))
		return nil
	}
	if r.order != nil {
		rec.Origin.Raw = r.chunk.raws.copied(joined(r.cells, r.table.Delimiter()))
	}
	if r.rejects.Count > 0 {
		if !r.rejects.strip(rec, r.cells, r.chunk) {
			return nil
		}
		r.rejects.unmask(rec, r.cells, r.mapper)
	}
	r.mapper.Fill(rec, r.cells, r.chunk.room(r.mapper.Width()))
	r.book.check(rec)
	r.heads.check(rec, r.cells)
	rec.User.Attributes = r.chunk.keep(rec.User.Attributes)
	return nil
}

// refuse keeps a row that cannot be parsed as its file holds it, with the header of the file if
// the columns are not those of the first file.
func (r *csvRows) refuse(rec *user.Record, row *frame.Row, invalid *user.InvalidError) {
	raw := row.Source()
	if r.order != nil && !row.Long {
		raw = slices.Concat(bytes.TrimRight(r.table.HeaderText(), "\r\n"), []byte{'\n'}, raw)
	}
	rec.Origin.Raw = r.chunk.raws.copied(raw)
	r.rejects.refuse(rec, invalid)
}

// nextUser returns the next row that is not the trailer. It returns io.EOF at the end.
func (r *csvRows) nextUser() (*frame.Row, error) {
	for {
		row, err := r.table.Next()
		if err == io.EOF && r.rejects.Count == 0 {
			return row, r.trailer.atEnd(r.table.Line(), r.records)
		}
		if err != nil && err != io.EOF {
			return row, inputError(r.file, r.table.NextLine(), err)
		}
		if err != nil || !r.trailer.Expected() || r.rejects.Count > 0 { // usersync writes rejects without one
			return row, err
		}
		ended, err := r.trailer.endsAt(row, r.records, r.table)
		if err != nil || !ended {
			return row, err
		}
	}
}

// parse parses the row into cells.
func (r *csvRows) parse(row *frame.Row) (ragged bool, err error) {
	if ragged, err = r.table.Parse(row); ragged || err != nil {
		return ragged, err
	}
	if r.results {
		unquote(r.cells)
	}
	plainText(r.cells, r.mapper.Secret)
	return false, nil
}

// unquote takes off what results put in front of a cell.
func unquote(cells []user.Value) {
	for i := range cells {
		cells[i].Text = user.UnquoteCell(cells[i].Text)
	}
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

func trimmed(names []string) []string {
	all := slices.Clone(names)
	for i, name := range all {
		all[i] = user.Trim(name)
	}
	return all
}
