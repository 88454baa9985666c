package user

import (
	"slices"
	"strconv"
	"strings"
)

// resultNames are the columns by which results are recognised. Writer writes them.
var resultNames = [...]string{"record", "file", "line", "id", "remote_id", "action", "outcome", "http_status", "code", "detail", "attempts"}

// IsResults reports whether a header is that of results, perhaps with columns moved or
// added.
func IsResults(header []string) bool {
	for _, name := range resultNames {
		if !slices.Contains(header, name) {
			return false
		}
	}
	return true
}

// UnquoteCell returns the text of a cell of results. A cell that a spreadsheet would
// take for a formula has a ' in front, and one that cannot be printed is a ' and a Go
// string literal.
func UnquoteCell(cell string) string {
	text, quoted := strings.CutPrefix(cell, "'")
	if !quoted || !strings.HasPrefix(text, `"`) {
		return text
	}
	if literal, err := strconv.Unquote(text); err == nil {
		return literal
	}
	return text // not ours: the cell was edited
}
