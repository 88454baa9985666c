package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsComment reports whether a text is what people and programs write between or below the rows: a sign
// of comments, a blank and words, as in # exported by crm, -- end -- or // old. In a file with one
// column such a line is as long as that of a user. Without the blank (#4711, --a) it is an id, and so
// it is without a word (# 12).
func IsComment(id string) bool {
	atLeast := 2
	switch id[0] {
	case '#', ';':
		atLeast = 1
	case '-', '/', '*', '=', '~':
	default:
		return false
	}
	words := strings.TrimLeft(id, id[:1])
	if len(id)-len(words) < atLeast {
		return false
	}
	first, _ := utf8.DecodeRuneInString(words)
	return unicode.IsSpace(first) && strings.ContainsFunc(words, unicode.IsLetter)
}

// IsQuoted reports whether a text is in quotes that are not those of CSV, such as “4711” or ‚4711‘: a
// program wrote them as quotes, and what is read with them is another id. Plain quotes in a cell that
// was quoted with them ("007") were written on purpose.
func IsQuoted(id string) bool {
	if id == "" || id[0] < utf8.RuneSelf {
		return false
	}
	first, n := utf8.DecodeRuneInString(id)
	last, m := utf8.DecodeLastRuneInString(id)
	return len(id) > n+m && isForeignQuote(first) && isForeignQuote(last)
}

func isForeignQuote(r rune) bool {
	return r >= utf8.RuneSelf && unicode.Is(unicode.Quotation_Mark, r)
}
