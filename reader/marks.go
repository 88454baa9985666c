package reader

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"

	"usersync/sync/user"
)

// The columns that a rejects file has before the input's own.
const (
	specialPrefix = "_usersync_"
	outcomeColumn = specialPrefix + "outcome"
	rawColumn     = specialPrefix + "raw"
)

// marks are what a rejects file says of a row.
type marks struct{ outcome, raw user.Value }

// find returns how many columns are usersync's.
func (m *marks) find(header []string) (own int, err error) {
	for i, name := range header {
		if !strings.HasPrefix(strings.TrimSpace(name), specialPrefix) {
			continue
		}
		if i != own {
			return 0, &InputError{Rule: "the columns " + specialPrefix + "* must stand before all others", Hint: "put them back where they were"}
		}
		own++
	}
	return own, nil
}

func (m *marks) place(name string) *user.Value {
	switch strings.TrimSpace(name) {
	case outcomeColumn:
		return &m.outcome
	case rawColumn:
		return &m.raw
	}
	return nil
}

// marked takes usersync's columns off the row. It returns false if what is left
// is unfit.
func (r *csvRows) marked(rec *user.Record) bool {
	rec.Maybe = r.marks.outcome.Text == string(user.InDoubt)
	if r.marks.raw.Text == "" {
		rec.Origin.Raw = rec.Origin.Raw[cellsLength(rec.Origin.Raw, r.frame.delimiter, r.own):]
		return true
	}
	rec.Origin.Raw = r.chunk.copied([]byte(r.marks.raw.Text))
	cells, ok := r.again(r.marks.raw.Text)
	if !ok {
		rec.Origin.Unparsed = true
		rec.Err = &user.InvalidError{Code: "unparsed", Column: rawColumn, Rule: "does not hold one row of the columns behind it",
			Hint: "mend it, or write the cells behind it and empty it"}
		return false
	}
	for i, text := range cells {
		r.cells[i] = user.TextValue(text)
	}
	return true
}

// again parses a row that did not parse before, and was perhaps edited since.
func (r *csvRows) again(text string) (cells []string, ok bool) {
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma, reader.FieldsPerRecord = rune0(r.frame.delimiter), len(r.header)-r.own
	cells, err := reader.Read()
	if err != nil {
		return nil, false
	}
	_, err = reader.Read()
	return cells, err == io.EOF
}

// cellsLength is the length of the first n cells of a well-formed row, with the
// delimiters behind them.
func cellsLength(row, delimiter []byte, n int) int {
	at := 0
	for range n {
		if bytes.HasPrefix(row[at:], []byte{'"'}) {
			at = behindQuote(row, at+1)
		}
		i := bytes.Index(row[at:], delimiter)
		if i < 0 {
			return len(row)
		}
		at += i + len(delimiter)
	}
	return at
}

// behindQuote returns the place behind the quote that closes a cell.
func behindQuote(row []byte, at int) int {
	for at < len(row) {
		if row[at] != '"' {
			at++
			continue
		}
		if at+1 == len(row) || row[at+1] != '"' {
			return at + 1
		}
		at += 2
	}
	return at
}
