package destination

import (
	"strconv"
	"strings"

	"usersync/sync/user"
)

const longestPhrase = 40 // characters; longer codes are hard to read at a glance

// Phrase turns an API's name for a fault into a code, in snake case. It returns ""
// unless the text is short, holds only letters, spaces and the given punctuation,
// and nothing in it had to be redacted.
func Phrase(text, punctuation string, records ...*user.Record) string {
	words := strings.Join(strings.Fields(text), " ")
	unexpected := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != ' ' && !strings.ContainsRune(punctuation, r)
	}
	code := strings.ToLower(strings.ReplaceAll(words, " ", "_"))
	if len(code) > longestPhrase || strings.ContainsFunc(words, unexpected) || Clean(words, records...) != words || Clean(code, records...) != code {
		return ""
	}
	return code
}

// StatusCode is the code of an answer with nothing but a status; 0 means that there
// was no answer.
func StatusCode(status int) string {
	if status == 0 {
		return "error"
	}
	return "http_" + strconv.Itoa(status)
}
