package identity

import (
	"slices"
	"strings"
)

// longestTotals is above what the first cell of a row of totals comes to.
const longestTotals = 40

// IsTotals reports whether a text is what the first cell of a row of totals holds: Total,
// GRAND TOTAL:, Total users: 1,234, (12 rows affected). A spreadsheet fills such a row with
// empty cells, so it is as long as that of a user. A name that only begins with such a word,
// as in Totals2 or total-12, is an id.
func IsTotals(id string) bool {
	if len(id) < 5 || len(id) > longestTotals {
		return false
	}
	switch c := id[0]; {
	case c == '(' || '0' <= c && c <= '9':
		return isRowCount(id)
	case c|0x20 == 't' || c|0x20 == 'g' || c|0x20 == 's':
		return isTotal(id)
	}
	return false
}

func isTotal(id string) bool {
	for _, front := range []string{"grand ", "sub ", "sub-", "sub"} {
		id = cutFold(id, front)
	}
	rest := cutFold(id, "total")
	if len(rest) == len(id) {
		return false
	}
	rest = cutFold(rest, "s")
	if rest != "" && !strings.ContainsRune(separators, rune(rest[0])) {
		return false
	}
	rest = strings.Trim(rest, separators)
	word, count := rest, ""
	if i := strings.IndexAny(rest, separators); i > 0 {
		word, count = rest[:i], strings.Trim(rest[i:], separators)
	}
	return isCount(rest) || isRowCount(rest) || isRowWord(word) && isCount(count)
}

// separators stand between the words of a row of totals and the number.
const separators = " :="

// isRowCount finds what databases write below the rows: 12 rows, (1 row affected).
func isRowCount(id string) bool {
	id = strings.TrimSuffix(strings.TrimPrefix(id, "("), ")")
	count, words, found := strings.Cut(strings.TrimSuffix(id, "."), " ")
	if !found || !isCount(count) {
		return false
	}
	noun, verb, _ := strings.Cut(words, " ")
	return isRowWord(noun) && slices.Contains([]string{"", "affected", "selected", "in set", "returned", "exported", "total"}, strings.ToLower(verb))
}

func isRowWord(word string) bool {
	switch strings.TrimSuffix(strings.ToLower(word), "s") {
	case "row", "record", "user", "line", "entrie", "count":
		return true
	}
	return false
}

// isCount reports whether text is a number as people write one, or blank.
func isCount(text string) bool {
	return strings.Trim(text, "0123456789.,' ") == ""
}

// cutFold returns text without front, in any letter case, if it begins with it.
func cutFold(text, front string) string {
	if len(text) >= len(front) && strings.EqualFold(text[:len(front)], front) {
		return text[len(front):]
	}
	return text
}
