package proof

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
)

// Trailer finds the row after the last record of a CSV file that holds the number of records.
// Its first cell is a known word.
type Trailer struct {
	word string // empty if none is expected
	// bare and quoted are how the row can begin.
	bare, quoted []byte
}

// NewTrailer returns the Trailer for a word; an empty one expects none.
func NewTrailer(word string) Trailer {
	return Trailer{word: word, bare: []byte(word), quoted: []byte(`"` + strings.ReplaceAll(word, `"`, `""`) + `"`)}
}

// Expected reports whether files end with a trailer.
func (t *Trailer) Expected() bool { return t.word != "" }

// Cells returns the cells after the word; false if the row is not a trailer.
func (t *Trailer) Cells(row []byte, delimiter rune) (cells []string, is bool) {
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

// Count reads the number in a cell; -1 if it holds something other than a number.
func Count(cell string) int {
	n, err := strconv.Atoi(strings.TrimSpace(cell))
	if err != nil || n < 0 {
		return -1
	}
	return n
}
