package cause

import (
	"strings"
	"unicode"
)

const longestField = 60

// notFields are what APIs write before a colon, besides the names of fields.
var notFields = map[string]bool{"error": true, "errors": true, "message": true, "detail": true, "code": true, "title": true, "status": true,
	"invalid": true, "warning": true, "validation": true, "description": true, "reason": true}

// split returns the field that a detail begins with, and the rest of it. Usersync writes
// "column X (field): rule" or "field: rule"; many APIs begin with the field, too.
func split(detail string) (field, rest string) {
	front, rest, found := strings.Cut(detail, ": ")
	if !found {
		return "", detail
	}
	if column, named := strings.CutPrefix(front, "column "); named {
		if open := strings.LastIndex(column, " ("); open >= 0 && strings.HasSuffix(column, ")") {
			column = column[open+2 : len(column)-1]
		}
		return column, rest
	}
	if !isField(front) {
		return "", detail
	}
	return front, rest
}

// isField reports whether a word may be the name of a field.
func isField(word string) bool {
	if word == "" || len(word) > longestField || notFields[strings.ToLower(word)] || !names[word] && isValue(word) {
		return false
	}
	for _, r := range word {
		if !unicode.IsLetter(r) && !strings.ContainsRune("_.-0123456789", r) {
			return false
		}
	}
	return true
}
