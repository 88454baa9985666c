package destination

import (
	"regexp"
	"strings"
	"sync"
)

// existing matches what APIs say of a user who exists. Words that are also in messages
// about other things, such as exists and taken, need company.
var existing = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\balready (been )?(exists?|existing|in use|used|taken|present|registered|assigned|created|claimed)\b|\b(exists?|used|taken|registered) already\b|` +
		`\bduplicat|\b(must be|is not|isn't|not) unique\b|\bunique(ness)?[ _-]?(key|index|constraint|violation)|\bE11000\b`)
})

// SaysExists reports whether an API's text about a create reads as if the user existed.
// It proves nothing: it is a reason to look.
func SaysExists(text string) bool { return hasClue(text) && existing().MatchString(text) }

// hasClue reports whether a text has one of the words, or their beginnings, of which each text that
// existing matches has one. It costs a tenth of the expression.
func hasClue(text string) bool {
	for i := range len(text) {
		var clue string
		switch text[i] {
		case 'a', 'A':
			clue = "already"
		case 'd', 'D':
			clue = "duplicat"
		case 'u', 'U':
			clue = "uniq"
		case 'e', 'E':
			clue = "e11000"
		default:
			continue
		}
		if len(text)-i >= len(clue) && strings.EqualFold(text[i:i+len(clue)], clue) {
			return true
		}
	}
	return false
}
