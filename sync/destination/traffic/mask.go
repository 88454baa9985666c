package traffic

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// mask replaces what could be a value of a user, or a secret.
type mask struct {
	words   *vocabulary.Vocabulary
	records []*user.Record
	said    bool // texts may be what an API says about an error
	answer  bool // numbers may be about the answer
	secret  bool // the values are credentials, of which not even the length is shown
}

// text is what stands for a text of n characters.
func (m *mask) text(n int) string {
	if m.secret {
		return user.Mask
	}
	return "<text of " + strconv.Itoa(n) + ">"
}

func (m *mask) textOf(s string) string { return m.text(utf8.RuneCountInString(s)) }

// known reports whether each word of a name is one that may be shown: names can be values,
// too, in an object by e-mail address.
func (m *mask) known(name string) bool {
	return name != "" && len(name) <= 100 && m.words.Clean(spaced(name), "", m.records...) == spaced(name)
}

// spaced parts the words of a name: totalResults, total_results, X-Total-Results.
func spaced(name string) string {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch {
		case c == '_' || c == '-' || c == '.' || c == '$' || c == '@' || c == ':':
			c = ' '
		case 'A' <= c && c <= 'Z' && i > 0 && 'a' <= name[i-1] && name[i-1] <= 'z':
			b.WriteByte(' ')
		}
		b.WriteByte(c)
	}
	return strings.ToLower(strings.Join(strings.Fields(b.String()), " "))
}

// name returns a name, or what stands for one that is not shown.
func (m *mask) name(name string) string {
	if m.known(name) {
		return name
	}
	return vocabulary.Mask
}

var version = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^v[0-9]{1,2}(\.[0-9]{1,2})?$`) })

// url shows scheme and host, the segments of the path that are known words, and the names of
// parameters.
func (m *mask) url(u *url.URL) string {
	var b strings.Builder
	b.WriteString(u.Scheme + "://" + u.Host)
	for segment := range strings.SplitSeq(strings.Trim(u.EscapedPath(), "/"), "/") {
		if !version().MatchString(segment) {
			segment = m.name(segment)
		}
		b.WriteString("/" + segment)
	}
	separator := "?"
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		if pair == "" {
			continue
		}
		name, _, _ := strings.Cut(pair, "=")
		b.WriteString(separator + m.name(name) + "=" + vocabulary.Mask)
		separator = "&"
	}
	return b.String()
}
