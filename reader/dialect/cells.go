package dialect

import (
	"bytes"
	"unicode/utf8"
)

// AfterCells returns what follows the first n cells of a row and their delimiters, and
// whether the row has that many, all well-formed.
func AfterCells(row []byte, delimiter rune, n int) (rest []byte, ok bool) {
	for range n {
		at := 0
		if quoted := len(row) > 0 && row[0] == '"'; quoted {
			at = afterQuote(row, 1)
		}
		i := bytes.IndexRune(row[at:], delimiter)
		if i < 0 {
			return nil, false
		}
		if at > 0 && i > 0 || at == 0 && bytes.IndexByte(row[:i], '"') >= 0 {
			return row, false
		}
		row = row[at+i+utf8.RuneLen(delimiter):]
	}
	return row, true
}

// afterQuote returns the index after the quote that closes a cell.
func afterQuote(row []byte, at int) int {
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
