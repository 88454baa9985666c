package exit

import (
	"fmt"
	"strings"

	"usersync/reader/mapping"
)

// DidYouMean is a hint that names the known word nearest to word, or all of them if
// none is near.
func DidYouMean(word string, known []string) string {
	if near, ok := mapping.Nearest(word, known); ok {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return "expected one of " + List(known)
}

// List joins words with commas.
func List(words []string) string { return strings.Join(words, ", ") }

// Plural is n and what, with an s added unless n is 1.
func Plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// CommandLine is the usersync command with args, quoted so that you can paste it into
// a shell.
func CommandLine(args ...string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = Quote(a)
	}
	return "usersync " + strings.Join(quoted, " ")
}

// Quote quotes s for a shell if needed.
func Quote(s string) string {
	plain := func(r rune) bool {
		return r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			strings.ContainsRune("-_./:=,@%+", r))
	}
	if s != "" && strings.TrimFunc(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
