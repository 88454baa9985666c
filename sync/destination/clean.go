package destination

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"usersync/sync/user"
)

const (
	detailRunes  = 200  // what a person still reads in a cell
	cleanedBytes = 4096 // what is looked at: a gateway's page may be megabytes
	shortValue   = 3    // shorter values would blank out half of every sentence
)

// lookalikes finds what looks like an e-mail address, a phone number, a token
// or a hash, whosever it is.
var lookalikes = []struct {
	pattern *regexp.Regexp
	name    string
}{
	{regexp.MustCompile(`[^\s"'<>(),:;=]+(?:@|%40)[^\s"'<>(),:;=]+`), "[email]"},
	{regexp.MustCompile(`\b[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*`), "[token]"},
	{regexp.MustCompile(`\b[A-Za-z0-9+/_-]{32,}={0,2}`), "[token]"},
	{regexp.MustCompile(`\b\d{3}-\d{2}-\d{4}\b`), "[ssn]"},
	{regexp.MustCompile(`(?:\+|\b)\d(?:[ ().-]{0,2}\d){6,}`), "[phone]"},
}

// Clean makes an API's text fit for results and logs: one line of at most 200
// characters, in which the values of the given records (3 characters or more)
// and whatever looks like an e-mail address, a phone number or a token are
// replaced by a field's name. Ids stay: they are the key of every result.
func Clean(text string, records ...*user.Record) string {
	text = oneLine(text)
	for _, v := range ownValues(records) {
		text = replaceFold(text, v.text, "["+string(v.field)+"]")
	}
	for _, l := range lookalikes {
		text = l.pattern.ReplaceAllString(text, l.name)
	}
	return cut(text, detailRunes)
}

// oneLine drops control characters and, where it must cut, the word that the
// cut would leave half.
func oneLine(text string) string {
	if len(text) > cleanedBytes {
		text = text[:cleanedBytes]
		text = text[:max(strings.LastIndexAny(text, " \t\n\"<>,"), 0)]
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError || unicode.Is(unicode.Cf, r) {
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

type ownValue struct {
	field user.Field
	text  string
}

// ownValues lists the records' values, the longest first, so that a value
// which contains another is replaced whole.
func ownValues(records []*user.Record) []ownValue {
	var values []ownValue
	add := func(f user.Field, text string) {
		if text = strings.TrimSpace(text); len(text) >= shortValue && text != "true" && text != "false" {
			values = append(values, ownValue{f, strings.Join(strings.Fields(text), " ")})
		}
	}
	for _, r := range records {
		for _, a := range r.User.Attributes {
			add(a.Field, a.Value.Text)
			if items, err := a.Value.List(); err == nil {
				for _, item := range items {
					add(a.Field, item)
				}
			}
		}
		for _, s := range r.User.Secrets {
			add(s.Field, s.Value.Reveal())
		}
	}
	slices.SortStableFunc(values, func(a, b ownValue) int { return cmp.Compare(len(b.text), len(a.text)) })
	return values
}

// replaceFold replaces value in text whatever the case of its ASCII letters.
func replaceFold(text, value, name string) string {
	lowText, lowValue := lowerASCII(text), lowerASCII(value)
	if !strings.Contains(lowText, lowValue) {
		return text
	}
	var b strings.Builder
	for {
		i := strings.Index(lowText, lowValue)
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		b.WriteString(name)
		text, lowText = text[i+len(value):], lowText[i+len(value):]
	}
}

// lowerASCII keeps the length in bytes, which strings.ToLower does not.
func lowerASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

func cut(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	runes := []rune(text)
	return strings.TrimSpace(string(runes[:n-1])) + "…"
}
