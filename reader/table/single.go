package table

import (
	"bytes"
	"io"

	"usersync/reader/dialect"
	"usersync/reader/frame"
	"usersync/sync/user"
)

// Single parses one row that was taken out of a file in that dialect, by the columns from that
// one on. Its own header may be in front of it, with the columns in another order. It must be
// well-formed.
func (c *Columns) Single(raw []byte, from int, d frame.Dialect) ([]string, *user.InvalidError) {
	f := frame.NewCSV(frame.Over(raw), d)
	first, err := f.Next()
	if err != nil {
		return nil, notOneRow()
	}
	if invalid := c.Damage(&first, from); invalid != nil {
		return nil, invalid
	}
	text := bytes.Clone(first.Raw())
	second, err := f.Next()
	if err == io.EOF {
		return c.cellsOf(text, from, d)
	}
	own, err := dialect.Split(string(text), d.Plain())
	if places := placesOf(own, c.names[from:]); err == nil && places != nil {
		if invalid := c.Damage(&second, len(c.names)); invalid != nil {
			return nil, invalid
		}
		text = bytes.Clone(second.Raw())
		if _, err := f.Next(); err == io.EOF {
			return ordered(text, places, len(c.names)-from, d)
		}
	}
	return nil, notOneRow()
}

func (c *Columns) cellsOf(row []byte, from int, d frame.Dialect) ([]string, *user.InvalidError) {
	cells, err := c.Split(row, from, d.Plain())
	if err != nil {
		return nil, c.Ragged(string(row), from, d.Plain())
	}
	return cells, nil
}

// ordered parses a row of other columns into so many cells.
func ordered(row []byte, places []int, columns int, d frame.Dialect) ([]string, *user.InvalidError) {
	own, err := dialect.Split(string(row), d.Plain())
	if err != nil || len(own) != len(places) {
		return nil, ragged(string(row), len(places), d.Plain())
	}
	cells := make([]string, columns)
	for i, place := range places {
		if place >= 0 {
			cells[place] = own[i]
		}
	}
	return cells, nil
}

// placesOf returns, for each name, where the header has it, and -1 if it does not; nil if
// the names are no header.
func placesOf(names, header []string) []int {
	places, found := make([]int, len(names)), 0
	for i, name := range names {
		places[i] = -1
		for j, own := range header {
			if user.Trim(own) == user.Trim(name) && own != "" {
				places[i] = j
				found++
				break
			}
		}
	}
	if found < min(2, len(header)) {
		return nil
	}
	return places
}

func notOneRow() *user.InvalidError {
	return &user.InvalidError{Code: "unparsed", Column: user.RejectRaw, Rule: "does not hold one row of the columns after it",
		Hint: "fix it, or fill in the cells after it and empty it"}
}
