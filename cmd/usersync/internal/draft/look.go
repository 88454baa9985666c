package draft

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"usersync/reader"
)

// settings are what a file needs and the options do not say.
type settings struct {
	charset string // a likely one; empty if it is known
	escape  bool   // quotes have a backslash in front of them
}

// Look reads the beginning of the first of o.Paths, again with other settings if rows do not
// fit the header.
func Look(ctx context.Context, o reader.Options) (*Sample, error) {
	s, err := look(ctx, o)
	if err != nil || s.once {
		return s, err
	}
	better := func(other reader.Options) bool {
		again, err := look(ctx, other)
		if err != nil || again.fit <= s.fit {
			return false
		}
		s, o = again, other
		return true
	}
	var lacks settings
	if other := o; o.Charset == "" && s.has(func(text string) bool { return !utf8.ValidString(text) }) {
		other.Charset = likelyCharset
		if better(other) {
			lacks.charset = likelyCharset
		}
	}
	if other := o; o.CSV.Escape == 0 && s.has(func(text string) bool { return strings.Contains(text, `\`) }) {
		other.CSV.Escape = '\\'
		lacks.escape = better(other)
	}
	s.lacks = lacks
	return s, context.Cause(ctx)
}

// likelyCharset is that of most files that are not UTF-8. A person has to check it: other
// charsets have the same bytes for other letters.
const likelyCharset = "windows-1252"

// has reports whether one of the lines that do not fit the header is as says.
func (s *Sample) has(is func(text string) bool) bool {
	return slices.ContainsFunc(s.odd, func(l line) bool { return is(l.text) })
}
