package user

import (
	"strings"
	"unicode"
)

// Trim returns text without the white space of every kind, and the characters without a
// width, that surround it. It does not allocate.
func Trim(text string) string {
	if Inked(text) {
		return text
	}
	return strings.TrimFunc(text, isBlank)
}

// Inked reports whether there is nothing to trim: nearly all texts begin and end in ASCII.
func Inked(text string) bool {
	n := len(text)
	return n == 0 || isInk(text[0]) && isInk(text[n-1])
}

// isInk reports whether a byte is a visible character of ASCII.
func isInk(c byte) bool { return '!' <= c && c <= '~' }

// isBlank reports whether r cannot be seen at the edge of a text. A variation selector is not
// blank: it changes the character before it.
func isBlank(r rune) bool {
	switch {
	case unicode.IsSpace(r), r == 0x180e, r == 0x2060, r == 0xfeff:
		return true
	case 0x200b <= r && r <= 0x200f, 0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069:
		return true
	}
	return false
}
