package reader

import (
	"io"
	"strconv"

	"usersync/reader/frame"
	"usersync/reader/proof"
)

// endsAt reports whether the row is the trailer, and holds it against the
// records that were read.
func (r *csvRows) endsAt(row *frame.Row) (ended bool, err error) {
	if r.ended {
		return false, r.wrongTrailer(row.Line, "a row stands behind the trailer, which must be the last")
	}
	if r.own > 0 || row.Long { // usersync writes rejects without one
		return false, nil
	}
	cells, is := r.trailer.Cells(row.Raw(), r.delimiter)
	if !is {
		return false, nil
	}
	r.ended = true
	said, numbers := -1, 0
	for _, cell := range cells {
		n := proof.Count(cell)
		if n == r.records {
			return true, nil
		}
		if n >= 0 {
			said, numbers = n, numbers+1
		}
	}
	found := "records found: " + strconv.Itoa(r.records)
	// A row as wide as the header may be a user whose first cell is the word.
	if numbers == 1 && len(cells)+1 != len(r.header) {
		return true, r.wrongTrailer(row.Line, "in the trailer, records expected: "+strconv.Itoa(said)+"; "+found)
	}
	return true, r.wrongTrailer(row.Line, "no cell of the trailer holds the number of records; "+found)
}

// atEnd is the end of the file: io.EOF, unless the trailer is missing.
func (r *csvRows) atEnd() error {
	if !r.trailer.Expected() || r.ended || r.own > 0 {
		return io.EOF
	}
	return r.wrongTrailer(r.line(), "the file ends without its trailer; records found: "+strconv.Itoa(r.records))
}

func (r *csvRows) wrongTrailer(line int, rule string) error {
	return &InputError{File: r.file, Line: line, Rule: rule, Hint: "the file was cut or put together wrongly: fetch it anew"}
}

// end is asked at the end of the file. Where a trailer stands behind the last
// record, that one cannot be a part.
func (r *csvRows) end() ending {
	e := ending{open: r.frame.Open() && r.frame.Line() > 1, torn: r.frame.Open()}
	if r.ended {
		e.by, e.torn = proof.ByTrailer, false
	}
	return e
}
