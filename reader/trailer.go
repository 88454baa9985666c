package reader

import (
	"bytes"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// trailer finds the row behind the last record of a CSV file, which holds their
// number. Its first cell is a word that was agreed on.
type trailer struct {
	word string // empty: none is expected
	seen bool
	// bare and quoted are how the row can begin.
	bare, quoted []byte
}

func newTrailer(word string) trailer {
	return trailer{word: word, bare: []byte(word), quoted: []byte(`"` + strings.ReplaceAll(word, `"`, `""`) + `"`)}
}

// cells returns those behind the word; false if the row is no trailer.
func (t *trailer) cells(row []byte, delimiter rune) (cells []string, is bool) {
	if !bytes.HasPrefix(row, t.bare) && !bytes.HasPrefix(row, t.quoted) {
		return nil, false
	}
	reader := csv.NewReader(bytes.NewReader(row))
	reader.Comma, reader.FieldsPerRecord = delimiter, -1
	cells, err := reader.Read()
	if err != nil || cells[0] != t.word {
		return nil, false
	}
	return cells[1:], true
}

// count reads the number that a cell holds; -1 if it holds something else.
func count(cell string) int {
	n, err := strconv.Atoi(strings.TrimSpace(cell))
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// endsAt reports whether the row is the trailer, and holds it against the
// records that were read.
func (r *csvRows) endsAt(row *framed) (ended bool, err error) {
	if r.trailer.seen {
		return false, r.wrongTrailer(row.line, "a row stands behind the trailer, which must be the last")
	}
	if r.own > 0 || row.long { // usersync writes rejects without one
		return false, nil
	}
	cells, is := r.trailer.cells(row.raw(), rune0(r.frame.delimiter))
	if !is {
		return false, nil
	}
	r.trailer.seen = true
	said, numbers := -1, 0
	for _, cell := range cells {
		n := count(cell)
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
		return true, r.wrongTrailer(row.line, "in the trailer, records expected: "+strconv.Itoa(said)+"; "+found)
	}
	return true, r.wrongTrailer(row.line, "no cell of the trailer holds the number of records; "+found)
}

// atEnd is the end of the file: io.EOF, unless the trailer is missing.
func (r *csvRows) atEnd() error {
	if r.trailer.word == "" || r.trailer.seen || r.own > 0 {
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
	e := ending{open: r.frame.open && r.frame.line > 1, torn: r.frame.open}
	if r.trailer.seen {
		e.by, e.torn = ByTrailer, false
	}
	return e
}
