package mapping

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// didYouMean returns `, did you mean "email"?` or nothing.
func didYouMean(name string, among []string) string {
	if near := nearest(name, among); near != "" {
		return ", did you mean " + strconv.Quote(near) + "?"
	}
	return ""
}

// nearest returns the name with the least edits, if they are few. Letter case,
// white space and the marks between words do not count.
func nearest(name string, among []string) string {
	best, least := "", 0
	for _, candidate := range slices.Sorted(slices.Values(among)) {
		d := distance(folded(name), folded(candidate))
		if best == "" || d < least {
			best, least = candidate, d
		}
	}
	length := len([]rune(folded(name)))
	if best == "" || least > max(2, length/3) || least >= length-1 && least > 0 {
		return ""
	}
	return best
}

func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("_-.", r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// distance is Levenshtein's.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			change := diagonal
			if x[i] != y[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}

// Shown returns a column's name for a message: quoted, or its position when the
// name looks like somebody's data, as the first row of a file without a header
// does.
func Shown(name string, index int) string {
	digits := 0
	for _, r := range name {
		if unicode.IsDigit(r) {
			digits++
		}
		if r == '@' || unicode.IsControl(r) {
			digits += 100
		}
	}
	if name == "" || len(name) > 60 || digits > 4 {
		return "column " + strconv.Itoa(index+1)
	}
	return "column " + strconv.Quote(name)
}
