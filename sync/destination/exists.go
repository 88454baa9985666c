package destination

import "regexp"

// existing matches what APIs say of a user who exists. Words that are also in messages
// about other things, such as exists and taken, need company.
var existing = regexp.MustCompile(`(?i)\balready (been )?(exists?|existing|in use|used|taken|present|registered|assigned|created|claimed)\b|\b(exists?|used|taken|registered) already\b|` +
	`\bduplicat|\b(must be|is not|isn't|not) unique\b|\bunique(ness)?[ _-]?(key|index|constraint|violation)|\bE11000\b`)

// SaysExists reports whether an API's text about a create reads as if the user existed.
// It proves nothing: it is a reason to look.
func SaysExists(text string) bool { return existing.MatchString(text) }
