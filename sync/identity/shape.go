package identity

import (
	"fmt"
	"strings"
	"unicode"
)

// maxShape bounds a shape, in characters of the text.
const maxShape = 24

// Shape shows what a text looks like without what it says: A for a capital, a for
// any other letter, 9 for a digit, ASCII punctuation and blanks as they are, and
// U+200B or the like for a character that cannot be seen. Other characters are ?.
// After 24 characters it ends with an ellipsis.
//
// The shape of a secret tells too much. Do not make one.
func Shape(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > maxShape {
			b.WriteString("…")
			break
		}
		switch {
		case unicode.IsUpper(r) || unicode.IsTitle(r):
			b.WriteByte('A')
		case unicode.IsLetter(r):
			b.WriteByte('a')
		case unicode.IsDigit(r):
			b.WriteByte('9')
		case ' ' <= r && r <= '~':
			b.WriteByte(byte(r))
		case isControl(r) || unicode.IsSpace(r) || Invisible(r):
			fmt.Fprintf(&b, "<U+%04X>", r)
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}
