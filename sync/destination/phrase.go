package destination

import (
	"strconv"
	"strings"

	"usersync/sync/user"
)

const longestPhrase = 40 // characters of a code that is still read at a glance

// Phrase makes a code of what an API calls a fault: its words in snake case. It is
// "" unless the text is short, of letters and the given marks alone, and nothing
// in it had to be redacted.
func Phrase(text, marks string, records ...*user.Record) string {
	words := strings.Join(strings.Fields(text), " ")
	strange := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != ' ' && !strings.ContainsRune(marks, r)
	}
	code := strings.ToLower(strings.ReplaceAll(words, " ", "_"))
	if len(code) > longestPhrase || strings.ContainsFunc(words, strange) || Clean(words, records...) != words || Clean(code, records...) != code {
		return ""
	}
	return code
}

// StatusCode is the code of an answer of which no more is known than its status;
// 0 is none.
func StatusCode(status int) string {
	if status == 0 {
		return "error"
	}
	return "http_" + strconv.Itoa(status)
}
