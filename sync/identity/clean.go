package identity

import (
	"strings"
	"unicode"
)

// misreadBOM is the UTF-8 byte order mark as it looks after it was read as
// Latin-1 or Windows-1252. A file that was joined from two and converted has it in
// front of an id.
const misreadBOM = "ï»¿"

// Clean returns text without what may surround an id by accident: white space of
// every kind (U+00A0 included), byte order marks and invisible characters. What is
// left is compared byte for byte. Clean(Clean(x)) is Clean(x), and text that needs
// no cleaning is returned without an allocation.
//
// Quotes stay: a quote is a character that an id can have.
func Clean(text string) string {
	if n := len(text); n > 0 && isPrintableASCII(text[0]) && isPrintableASCII(text[n-1]) {
		return text
	}
	for {
		text = strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || Invisible(r) })
		rest, found := strings.CutPrefix(text, misreadBOM)
		if !found {
			return text
		}
		text = rest
	}
}

func isPrintableASCII(c byte) bool { return '!' <= c && c <= '~' }

// Invisible reports whether r has no shape and no width of its own: whether it has
// the property Default_Ignorable_Code_Point (Unicode 15, DerivedCoreProperties).
// These are the byte order mark, zero-width characters, the soft hyphen, characters that
// change the direction of text, variation selectors and tags.
//
// The list is written out, and not derived from the tables of the unicode package,
// so that a new toolchain does not change which text is an id.
func Invisible(r rune) bool {
	switch {
	case r < 0x00ad:
		return false
	case r == 0x00ad, // soft hyphen
		r == 0x034f,                // combining grapheme joiner
		r == 0x061c,                // ALM, an Arabic direction character
		0x115f <= r && r <= 0x1160, // Hangul fillers
		0x17b4 <= r && r <= 0x17b5, // Khmer inherent vowels
		0x180b <= r && r <= 0x180f, // Mongolian selectors
		0x200b <= r && r <= 0x200f, // zero width, direction
		0x202a <= r && r <= 0x202e, // direction
		0x2060 <= r && r <= 0x206f, // word joiner, direction
		r == 0x3164,                // Hangul filler
		0xfe00 <= r && r <= 0xfe0f, // variation selectors
		r == 0xfeff,                // byte order mark
		r == 0xffa0,                // half-width Hangul filler
		0xfff0 <= r && r <= 0xfff8,
		0x1bca0 <= r && r <= 0x1bca3, // shorthand
		0x1d173 <= r && r <= 0x1d17a, // musical
		0xe0000 <= r && r <= 0xe0fff: // tags, variation selectors
		return true
	}
	return false
}
