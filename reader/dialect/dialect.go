// Package dialect finds out how a CSV file is written: its delimiter, from a first line that
// names it or from the rows.
//
// It works on text that was read already. Start at Delimiter and ProgramLine.
package dialect

import (
	"encoding/csv"
	"strings"
	"unicode/utf8"
)

// candidates are the delimiters that are looked for, the likeliest first.
const candidates = ",;\t|"

// Candidates are the delimiters that are looked for, the likeliest first.
func Candidates() []rune { return []rune(candidates) }

// Valid reports whether a character can be a delimiter.
func Valid(d rune) bool {
	return d != '"' && d != '\r' && d != '\n' && utf8.ValidRune(d) && d != utf8.RuneError
}

// Delimiter returns the delimiter that is most frequent in the header. If the header has
// several, it is the one that most rows have as often as the header has it.
func Delimiter(header string, rows func() []string) rune {
	best, most, found := mostFrequent(header)
	if found < 2 {
		return best
	}
	lines := rows()
	most = fitting(header, lines, best)
	for _, candidate := range candidates {
		if n := fitting(header, lines, candidate); n > most {
			best, most = candidate, n
		}
	}
	return best
}

// mostFrequent returns the delimiter that is most frequent in a line, how often it is there,
// and how many delimiters are there.
func mostFrequent(line string) (best rune, most, found int) {
	best = ','
	for _, candidate := range candidates {
		n := countOutside(line, candidate)
		if n > 0 {
			found++
		}
		if n > most {
			best, most = candidate, n
		}
	}
	return best, most, found
}

// fitting is how many lines have the delimiter as often as the header.
func fitting(header string, lines []string, delimiter rune) (n int) {
	want := countOutside(header, delimiter)
	for _, line := range lines {
		if want > 0 && countOutside(line, delimiter) == want {
			n++
		}
	}
	return n
}

// countOutside counts a character outside of quotes.
func countOutside(line string, c rune) (n int) {
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 0 {
			n += strings.Count(part, string(c))
		}
	}
	return n
}

// Cells parses a line with the delimiter that is most frequent in it; nil if it cannot be
// parsed.
func Cells(line string) []string {
	best, _, _ := mostFrequent(line)
	cells, err := Split(strings.TrimRight(line, "\r"), best)
	if err != nil {
		return nil
	}
	return cells
}

// Split parses one row of any number of cells.
func Split(row string, delimiter rune) ([]string, error) {
	reader := csv.NewReader(strings.NewReader(row))
	reader.Comma, reader.FieldsPerRecord = delimiter, -1
	return reader.Read()
}
