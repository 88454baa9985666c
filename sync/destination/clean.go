package destination

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"usersync/sync/user"
)

const (
	detailRunes  = 200  // still easy to read in one cell
	cleanedBytes = 4096 // longer texts are cut first: a gateway's error page may be megabytes
	shortValue   = 3    // shorter values would blank out half of every sentence
)

// lookalikes match what looks like an e-mail address, a phone number, a token or a
// hash, no matter who it belongs to.
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

// Clean makes an API's text safe for results and logs: one line of at most 200
// characters, with field names in place of the given records' values (3 characters
// or more) and of anything that looks like an e-mail address, a phone number or a
// token. Ids stay: they are the key of every result.
func Clean(text string, records ...*user.Record) string {
	text = redact(oneLine(text), ownValues(records))
	for _, l := range lookalikes {
		text = l.pattern.ReplaceAllString(text, l.name)
	}
	return cut(text, detailRunes)
}

// oneLine cuts text that is too long to search, and drops the word that the cut
// would split.
func oneLine(text string) string {
	if len(text) > cleanedBytes {
		text = text[:cleanedBytes]
		text = text[:max(strings.LastIndexAny(text, " \t\n\"<>,"), 0)]
	}
	return plain(text)
}

// plain drops invisible characters and collapses white space.
func plain(text string) string {
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
	text  string // in lower case
}

// ownValues lists the records' values, the longest first, so that a value
// which contains another is replaced whole.
func ownValues(records []*user.Record) []ownValue {
	var values []ownValue
	add := func(f user.Field, text string) {
		if text = lowerASCII(plain(text)); len(text) >= shortValue && text != "true" && text != "false" {
			values = append(values, ownValue{f, text})
		}
	}
	for _, r := range records {
		for _, a := range r.User.Attributes {
			add(a.Field, a.Value.Text)
			for _, part := range parts(a.Value) {
				add(a.Field, part)
			}
		}
		for _, s := range r.User.Secrets {
			add(s.Field, s.Value.Reveal())
		}
	}
	slices.SortStableFunc(values, func(a, b ownValue) int { return cmp.Compare(len(b.text), len(a.text)) })
	return values
}

// parts lists the texts inside a list or a JSON value: an API may mention just one.
func parts(v user.Value) []string {
	if items, err := v.List(); err == nil {
		return items
	}
	var tree any
	if v.Kind != user.JSON || json.Unmarshal([]byte(v.Text), &tree) != nil {
		return nil
	}
	return leaves(nil, tree)
}

func leaves(list []string, tree any) []string {
	switch t := tree.(type) {
	case string:
		list = append(list, t)
	case float64:
		list = append(list, strconv.FormatFloat(t, 'f', -1, 64))
	case []any:
		for _, item := range t {
			list = leaves(list, item)
		}
	case map[string]any:
		for _, item := range t {
			list = leaves(list, item)
		}
	}
	return list
}

// redact replaces the values, ignoring the case of ASCII letters. It searches the
// original text only: a replacement is not searched again.
func redact(text string, values []ownValue) string {
	low := lowerASCII(text)
	covered := make([]int, len(text)) // n if values[n-1] covers the byte; 0 if none does
	for n, v := range values {
		for from := 0; ; from++ {
			i := strings.Index(low[from:], v.text)
			if i < 0 {
				break
			}
			from += i
			cover(covered[from:from+len(v.text)], n+1)
		}
	}
	var b strings.Builder
	for i, n := range covered {
		switch {
		case n == 0:
			b.WriteByte(text[i])
		case i == 0 || covered[i-1] != n:
			b.WriteString("[" + string(values[n-1].field) + "]")
		}
	}
	return b.String()
}

func cover(covered []int, n int) {
	for i := range covered {
		if covered[i] == 0 {
			covered[i] = n
		}
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
