package mapping

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// didYouMean returns `, did you mean "email"?` or nothing.
func didYouMean(name string, among []string) string {
	if near, ok := Nearest(name, among); ok {
		return ", did you mean " + strconv.Quote(near) + "?"
	}
	return ""
}

// Nearest returns the known word that was most likely meant, if one is near enough: at most one
// mistake per three letters, or one in all. Letter case, white space and - _ . do not count.
func Nearest(word string, known []string) (near string, ok bool) {
	typed := []rune(folded(word))
	least := max(1, len(typed)/3) + 1
	for _, candidate := range slices.Sorted(slices.Values(known)) {
		meant := []rune(folded(candidate))
		if len(typed)-len(meant) >= least { // so is the distance
			continue
		}
		d := distance(typed, meant)
		if d < least && d < max(1, len(typed)) {
			near, ok, least = candidate, true, d
		}
	}
	return near, ok && len(typed) > 0
}

func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("_-.", r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// distance counts the insertions, deletions, replacements and swaps of neighbors that turn a
// into b.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			change := last[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, change)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
