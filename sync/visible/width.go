package visible

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Width returns how many columns of a terminal a text without line breaks takes: two for
// each wide character of East Asia and each emoji, none for accents that combine with
// the character before them. Characters that are wide only in fonts of East Asia count as one.
func Width(text string) int {
	columns := 0
	for _, r := range text {
		columns += widthOf(r)
	}
	return columns
}

// Cut returns the beginning of text that fits into so many columns.
func Cut(text string, columns int) string {
	for i, r := range text {
		if columns -= widthOf(r); columns < 0 {
			return text[:i]
		}
	}
	return text
}

// Pad returns text with blanks after it, so that it takes at least so many columns.
func Pad(text string, columns int) string {
	for n := columns - Width(text); n > 0; n-- {
		text += " "
	}
	return text
}

func widthOf(r rune) int {
	switch {
	case r < utf8.RuneSelf:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
