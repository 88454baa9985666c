package table

import (
	"bytes"
	"encoding/csv"
	"strconv"

	"usersync/reader/damage"
	"usersync/reader/dialect"
	"usersync/reader/frame"
	"usersync/sync/user"
)

// Columns are those of the header. They judge a row, and parse one that was taken out of its
// file. They are for one goroutine.
type Columns struct {
	names   []string
	charset func() string // see Options
}

// Damage returns why the row must not be parsed; nil if it may be. Its first cell is that of
// column from.
func (c *Columns) Damage(row *frame.Row, from int) *user.InvalidError {
	return damage.CSV(row, c.charset(), c.names[from:])
}

// Ragged returns what is wrong with a row of another number of cells than the header, with its
// delimiter. Its first cell is that of column from.
func (c *Columns) Ragged(raw string, from int, delimiter rune) *user.InvalidError {
	return ragged(raw, len(c.names)-from, delimiter)
}

func ragged(raw string, want int, delimiter rune) *user.InvalidError {
	e := &user.InvalidError{Code: "ragged", Hint: "a delimiter inside a cell needs quotes around the cell"}
	columns := strconv.Itoa(want)
	e.Rule = "has a different number of cells than the header, which has " + columns
	cells, err := dialect.Split(raw, delimiter)
	if err != nil {
		return e
	}
	e.Rule = "has " + strconv.Itoa(len(cells)) + " cells, the header has " + columns
	if len(cells) == want+1 && cells[want] == "" {
		e.Rule += "; the last one is empty"
		e.Hint = "if rows end with a delimiter, all of them must, or end the header with one too; a delimiter inside a cell needs quotes"
	}
	return e
}

// Split parses one row that is not in the file, of as many cells as the header has from that
// column on.
func (c *Columns) Split(raw []byte, from int, delimiter rune) ([]string, error) {
	reader := csv.NewReader(bytes.NewReader(raw))
	reader.Comma, reader.FieldsPerRecord = delimiter, len(c.names)-from
	return reader.Read()
}
