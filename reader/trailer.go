package reader

import (
	"io"
	"strconv"

	"usersync/reader/frame"
	"usersync/reader/proof"
	"usersync/reader/table"
)

// trailer is the row that ends a file, if one is expected.
type trailer struct {
	proof.Trailer
	reached bool // it was read
}

// endsAt reports whether the row is the trailer, and compares it with the number of records
// read.
func (t *trailer) endsAt(row *frame.Row, records int, rows *table.Table) (ended bool, err error) {
	if t.reached {
		return false, wrongTrailer(row.Line, "a row follows the trailer, which must be last")
	}
	if row.Long {
		return false, nil
	}
	cells, isTrailerRow := t.Cells(row.Raw(), rows.Delimiter())
	if !isTrailerRow {
		return false, nil
	}
	t.reached = true
	stated, numbers := -1, 0
	for _, cell := range cells {
		n := proof.Count(cell)
		if n == records {
			return true, nil
		}
		if n >= 0 {
			stated, numbers = n, numbers+1
		}
	}
	found := "records found: " + strconv.Itoa(records)
	// A row as wide as the header may be a user whose first cell is that word.
	if numbers == 1 && len(cells)+1 != len(rows.Header()) {
		return true, wrongTrailer(row.Line, "in the trailer, records expected: "+strconv.Itoa(stated)+"; "+found)
	}
	return true, wrongTrailer(row.Line, "no cell of the trailer holds the number of records; "+found)
}

// atEnd returns io.EOF at the end of the file, unless the trailer is missing.
func (t *trailer) atEnd(line, records int) error {
	if !t.Expected() || t.reached {
		return io.EOF
	}
	return wrongTrailer(line, "the file ends without its trailer; records found: "+strconv.Itoa(records))
}

func wrongTrailer(line int, rule string) error {
	return &frame.Error{Line: line, Rule: rule, Hint: "the file was truncated or put together wrongly: fetch it again"}
}
