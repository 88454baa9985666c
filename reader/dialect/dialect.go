// Package dialect finds out how a CSV file is written: its delimiter, from a first line that
// names it or from the rows.
//
// It works on text that was read already. Start at Delimiter and ProgramLine.
package dialect

import (
	"encoding/csv"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Candidates are the delimiters that are looked for, the likeliest first. Only few names of
// columns hold one of them.
func Candidates() []string { return []string{",", ";", "\t", "|", "\x01", "\x1f", "||"} }

// rare are delimiters that names of columns may hold. They are looked for where there is no
// other.
func rare() []string { return []string{"|~|", "~|~", "^|^", "~", "^", "\x02", "\x1e"} }

// Valid reports whether a character can be a delimiter.
func Valid(d rune) bool {
	return d != '"' && d != '\r' && d != '\n' && utf8.ValidRune(d) && d != utf8.RuneError
}

// ValidText reports whether one character or several can be a delimiter. Letters and digits
// can be one only alone, and blanks not at its beginning.
func ValidText(delimiter string) bool {
	n := 0
	for _, d := range delimiter {
		if n++; !Valid(d) || d == 0 {
			return false
		}
	}
	if n < 2 {
		return n == 1
	}
	return delimiter[0] != ' ' && !strings.ContainsFunc(delimiter, func(d rune) bool { return unicode.IsLetter(d) || unicode.IsDigit(d) })
}

// Delimiter returns the delimiter that is most frequent in the header; a blank only if it is
// between quoted names. If the header has several, it is the one that most rows have as often as
// the header has it.
func Delimiter(header string, rows func() []string) string {
	if blanksBetween(header) {
		return " "
	}
	best, found := mostFrequent(header)
	if found < 2 {
		return best
	}
	lines := rows()
	most := fitting(header, lines, best)
	for _, candidate := range candidatesIn(header) {
		if n := fitting(header, lines, candidate); n > most {
			best, most = candidate, n
		}
	}
	return best
}

// blanksBetween reports whether a header is quoted names with one blank between them, as R
// writes it. With any other delimiter such a line is broken, so no other file is misread.
func blanksBetween(header string) bool {
	names := strings.Split(strings.TrimRight(header, "\r"), `"`)
	if len(names) < 5 || len(names)%2 == 0 {
		return false
	}
	for i, text := range names {
		between := i > 0 && i < len(names)-1
		if i%2 == 0 && (between && text != " " || !between && text != "") || i%2 == 1 && text == "" {
			return false
		}
	}
	return true
}

// candidatesIn returns the candidates for a header. If it has bars only in pairs, the pair is
// the delimiter, and not the bar.
func candidatesIn(header string) []string {
	all, but := Candidates(), "||"
	if pairs := countOutside(header, "||"); pairs > 0 && countOutside(header, "|") == 2*pairs {
		but = "|"
	}
	all = slices.DeleteFunc(all, func(d string) bool { return d == but })
	if !slices.ContainsFunc(all, func(d string) bool { return d != "|" && countOutside(header, d) > 0 }) {
		return append(rare(), all...)
	}
	return all
}

// mostFrequent returns the delimiter that is most frequent in a header, and how many
// delimiters are there.
func mostFrequent(header string) (best string, found int) {
	best = Candidates()[0]
	most := 0
	for _, candidate := range candidatesIn(header) {
		n := countOutside(header, candidate)
		if n > 0 && len(candidate) > len("||") {
			return candidate, 1
		}
		if n > 0 {
			found++
		}
		if n > most {
			best, most = candidate, n
		}
	}
	return best, found
}

// fitting is how many lines have the delimiter as often as the header.
func fitting(header string, lines []string, delimiter string) (n int) {
	want := countOutside(header, delimiter)
	for _, line := range lines {
		if want > 0 && countOutside(line, delimiter) == want {
			n++
		}
	}
	return n
}

// countOutside counts a delimiter outside of quotes.
func countOutside(line, delimiter string) (n int) {
	for i, part := range strings.Split(line, `"`) {
		if i%2 == 0 {
			n += strings.Count(part, delimiter)
		}
	}
	return n
}

// Cells parses a line with the delimiter that is most frequent in it, and returns both; nil
// if it cannot be parsed.
func Cells(line string) (cells []string, delimiter string) {
	best, _ := mostFrequent(line)
	line = strings.TrimRight(line, "\r")
	if utf8.RuneCountInString(best) > 1 {
		return strings.Split(line, best), best
	}
	comma, _ := utf8.DecodeRuneInString(best)
	cells, err := Split(line, comma)
	if err != nil {
		return nil, best
	}
	return cells, best
}

// CellsBetweenBlanks returns the words of a line, and the blank that is between them; nil if more
// than one is. No file is read by it unless a person says so: names have blanks in them, too.
func CellsBetweenBlanks(line string) (cells []string, delimiter string) {
	cells = strings.Split(strings.TrimRight(line, "\r\n"), " ")
	if slices.Contains(cells, "") || strings.Contains(line, `"`) {
		return nil, " "
	}
	return cells, " "
}

// Split parses one row of any number of cells.
func Split(row string, delimiter rune) ([]string, error) {
	reader := csv.NewReader(strings.NewReader(row))
	reader.Comma, reader.FieldsPerRecord = delimiter, -1
	return reader.Read()
}
