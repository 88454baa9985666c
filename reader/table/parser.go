package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"

	"github.com/gocarina/gocsv"

	"usersync/reader/frame"
	"usersync/sync/user"
)

// parser parses rows with gocsv.
type parser struct {
	feed         feed
	csv          *csv.Reader
	unmarshaller *gocsv.Unmarshaller
	places       []*user.Value // where the cells go
}

// feed gives the csv.Reader one row at a time, so it never reads ahead.
type feed struct{ row, ending []byte }

func (f *feed) set(row []byte) {
	f.row, f.ending = row, nil
	if !bytes.HasSuffix(row, newline) {
		f.ending = newline
	}
}

// Read reads to the end of the row, which is io.EOF.
func (f *feed) Read(p []byte) (int, error) {
	n := copy(p, f.row)
	f.row = f.row[n:]
	if len(f.row) > 0 {
		return n, nil
	}
	m := copy(p[n:], f.ending)
	f.ending = f.ending[m:]
	if n+m == 0 {
		return 0, io.EOF
	}
	return n + m, nil
}

// Bind tells the parser which columns are read: place returns where the cell of a column
// goes; nil if it is not read.
func (t *Table) Bind(place func(column int) *user.Value) (err error) {
	names := make([]string, len(t.names))
	for i := range t.names {
		names[i] = unreadName
		if to := place(i); to != nil {
			names[i] = cellName
			t.parser.places = append(t.parser.places, to)
		}
	}
	t.parser.feed.set(t.headerText)
	if t.parser.unmarshaller, err = gocsv.NewUnmarshaller(t.parser.csv, cellsRow{}); err == nil {
		err = t.parser.unmarshaller.RenormalizeHeaders(func([]string) []string { return names })
	}
	return err
}

// Parse parses a row that Next returned into the places of Bind. Ragged means that it has
// another number of cells than the header.
func (t *Table) Parse(row *frame.Row) (ragged bool, err error) {
	t.parser.feed.set(row.Bytes)
	out, err := t.parser.unmarshaller.Read()
	if errors.Is(err, csv.ErrFieldCount) {
		return true, nil
	}
	if parsed, ok := out.(cellsRow); err == nil && ok && parsed.Cells.assign(t.parser.places) {
		return false, nil
	}
	// The frame passes no malformed rows. gocsv's message would quote the cell.
	return false, &frame.Error{Line: t.Line(), Rule: "the CSV parser stopped where its row was well-formed"}
}
