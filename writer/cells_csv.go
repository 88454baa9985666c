package writer

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"usersync/sync/user"
)

// csvCells writes and reads the cells of CSV. Text is quoted by QuoteCell; an absent value is
// an empty cell.
type csvCells struct {
	row
	at      stamp
	written memo
	read    memo // what was read
}

// append appends the cell of the value that v points to.
func (c *csvCells) append(b []byte, v any) []byte {
	switch v := v.(type) {
	case *string:
		return c.quoted(b, *v)
	case *int:
		return strconv.AppendInt(b, int64(*v), 10)
	case *user.Op:
		return append(b, *v...)
	case *user.Status:
		return append(b, *v...)
	case *repeated:
		if string(*v) != c.written.text {
			c.written.text = string(*v)
			c.written.cell = c.quoted(c.written.cell[:0], c.written.text)
		}
		return append(b, c.written.cell...)
	case *optional:
		if *v == 0 {
			return b
		}
		return strconv.AppendInt(b, int64(*v), 10)
	case *time.Duration:
		return strconv.AppendInt(b, v.Milliseconds(), 10)
	case *time.Time:
		if v.IsZero() {
			return b
		}
		return c.at.append(b, *v)
	}
	panic(fmt.Sprintf("no cell holds a %T", v))
}

// parse sets the value that v points to. It is lenient: the caller compares the row with what
// the value would be written as.
func (c *csvCells) parse(v any, cell []byte) bool {
	var err error
	switch v := v.(type) {
	case *string:
		*v = UnquoteCell(uncell(cell))
	case *int:
		*v, err = strconv.Atoi(string(cell))
	case *user.Op:
		*v = opOf(cell)
	case *user.Status:
		*v = statusOf(cell)
	case *repeated:
		if !bytes.Equal(cell, c.read.cell) {
			c.read.text = UnquoteCell(uncell(cell))
			c.read.cell = append(c.read.cell[:0], cell...)
		}
		*v = repeated(c.read.text)
	case *optional:
		if len(cell) > 0 {
			var n int
			n, err = strconv.Atoi(string(cell))
			*v = optional(n)
		}
	case *time.Duration:
		var ms int
		ms, err = strconv.Atoi(string(cell))
		*v = time.Duration(ms) * time.Millisecond
	case *time.Time:
		if len(cell) > 0 {
			err = v.UnmarshalText(cell)
		}
	}
	return err == nil
}

// uncell undoes the quoting of row.cell.
func uncell(cell []byte) string {
	if n := len(cell); n >= 2 && cell[0] == '"' && cell[n-1] == '"' {
		return string(bytes.ReplaceAll(cell[1:n-1], []byte(`""`), []byte{'"'}))
	}
	return string(cell)
}

// csvResults are the lines of results in CSV.
type csvResults struct {
	cells csvCells
	parts [][]byte
}

func newCSVResults() *csvResults { return &csvResults{cells: csvCells{row: row{','}}} }

func (*csvResults) frame() (header, end string) { return names(resultColumns[:], ",") + "\n", "\n" }

func (c *csvResults) append(b []byte, s *user.Settled, from, to int) []byte {
	for i := from; i < to; i++ {
		if i > 0 {
			b = append(b, ',')
		}
		b = c.cells.append(b, resultColumns[i].of(s))
	}
	return b
}

func (c *csvResults) parse(s *user.Settled, line []byte) bool {
	c.parts = c.cells.cut(c.parts[:0], line)
	if len(c.parts) != len(resultColumns) {
		return false
	}
	for i := range resultColumns {
		if !c.cells.parse(resultColumns[i].of(s), c.parts[i]) {
			return false
		}
	}
	return true
}
