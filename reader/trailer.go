package reader

import (
	"io"
	"strconv"

	"usersync/reader/frame"
	"usersync/reader/proof"
)

// trailer is the row that ends a file, if one is expected.
type trailer struct {
	proof.Trailer
	reached bool // it was read
}

// endsAt reports whether the row is the trailer, and compares it with the number of records
// read.
func (r *csvRows) endsAt(row *frame.Row) (ended bool, err error) {
	if r.trailer.reached {
		return false, r.wrongTrailer(row.Line, "a row follows the trailer, which must be last")
	}
	if r.rejectColumns.count > 0 || row.Long { // usersync writes rejects without one
		return false, nil
	}
	cells, isTrailerRow := r.trailer.Cells(row.Raw(), r.delimiter)
	if !isTrailerRow {
		return false, nil
	}
	r.trailer.reached = true
	stated, numbers := -1, 0
	for _, cell := range cells {
		n := proof.Count(cell)
		if n == r.records {
			return true, nil
		}
		if n >= 0 {
			stated, numbers = n, numbers+1
		}
	}
	found := "records found: " + strconv.Itoa(r.records)
	// A row as wide as the header may be a user whose first cell is that word.
	if numbers == 1 && len(cells)+1 != len(r.header) {
		return true, r.wrongTrailer(row.Line, "in the trailer, records expected: "+strconv.Itoa(stated)+"; "+found)
	}
	return true, r.wrongTrailer(row.Line, "no cell of the trailer holds the number of records; "+found)
}

// atEnd returns io.EOF at the end of the file, unless the trailer is missing.
func (r *csvRows) atEnd() error {
	if !r.trailer.Expected() || r.trailer.reached || r.rejectColumns.count > 0 {
		return io.EOF
	}
	return r.wrongTrailer(r.line(), "the file ends without its trailer; records found: "+strconv.Itoa(r.records))
}

func (r *csvRows) wrongTrailer(line int, rule string) error {
	return &InputError{File: r.file, Line: line, Rule: rule, Hint: "the file was truncated or put together wrongly: fetch it again"}
}

// end is called at the end of the file. If a trailer follows the last record, that record is
// complete.
func (r *csvRows) end() ending {
	e := ending{open: r.frame.Open() && r.frame.Line() > 1, truncated: r.frame.Open()}
	if r.trailer.reached {
		e.by, e.truncated = proof.ByTrailer, false
	}
	return e
}
