package destination

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// existing matches what APIs say of a user who exists. Words that are also in messages
// about other things, such as exists and taken, need company.
var existing = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\balready (been )?(exists?|existing|in use|used|taken|present|registered|assigned|created|claimed)\b|\b(exists?|used|taken|registered) already\b|` +
		`\bduplicat|\b(must be|is not|isn't|not) unique\b|\bunique(ness)?[ _-]?(key|index|constraint|violation)|\bE11000\b`)
})

// clues are words, or their beginnings, of which each text that existing matches has one. A
// search for them costs a tenth of the expression.
var clues = []string{"already", "duplicat", "uniq", "e11000"}

// SaysExists reports whether an API's text about a create reads as if the user existed.
// It proves nothing: it is a reason to look.
func SaysExists(text string) bool { return hasClue(text) && existing().MatchString(text) }

func hasClue(text string) bool {
	for i := range len(text) {
		switch text[i] {
		case 'a', 'A', 'd', 'D', 'u', 'U', 'e', 'E':
			if slices.ContainsFunc(clues, func(word string) bool {
				return len(text)-i >= len(word) && strings.EqualFold(text[i:i+len(word)], word)
			}) {
				return true
			}
		}
	}
	return false
}
