package exit

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"usersync/reader/mapping"
	"usersync/sync/visible"
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

// OneOf lists words of which one is to be chosen: a, b or c.
func OneOf(words []string) string {
	if last := len(words) - 1; last > 0 {
		return List(words[:last]) + " or " + words[last]
	}
	return List(words)
}

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
	return "'" + printedQuote(strings.ReplaceAll(s, "'", `'\''`)) + "'"
}

// printedQuote quotes text for a shell with printf in place of the characters that a
// terminal would obey or hide. Line breaks and tabs stay.
func printedQuote(s string) string {
	var b strings.Builder
	for at, size := 0, 0; at < len(s); at += size {
		_, size = utf8.DecodeRuneInString(s[at:])
		text := s[at : at+size]
		if text == "\n" || text == "\t" || visible.Clear(text) {
			b.WriteString(text)
			continue
		}
		b.WriteString(`'"$(printf '`)
		for _, c := range []byte(text) {
			fmt.Fprintf(&b, `\%03o`, c)
		}
		b.WriteString(`')"'`)
	}
	return b.String()
}
