package vocabulary

import "strings"

const (
	traceLength = 5 // letters and digits in a row that betray a value
	traceDigits = 6 // the same, if they are digits only: they are often equal by chance
)

// trace finds parts that values have in common with some texts. The zero value has none.
type trace struct {
	texts []string   // letters and digits only, in lower case
	seen  [64]uint64 // a filter of their parts of traceLength, by hash
}

func (t *trace) add(squeezed string) {
	t.texts = append(t.texts, squeezed)
	eachPart(squeezed, func(part uint64, _ int) {
		h := hashOf(part)
		t.seen[h>>6] |= 1 << (h & 63)
	})
}

// sharedWith reports whether a value has a part in common with the texts.
func (t *trace) sharedWith(value string) bool {
	found := false
	eachPart(value, func(part uint64, digits int) {
		h, length := hashOf(part), traceLength
		if digits > 0 {
			length = traceDigits
		}
		found = found || t.seen[h>>6]&(1<<(h&63)) != 0 && digits != traceLength && t.hold(part, length)
	})
	return found
}

// hold looks for the last characters of a part.
func (t *trace) hold(part uint64, length int) bool {
	var text [traceDigits]byte
	for i := range length {
		text[i] = byte(part >> (8 * (length - 1 - i)))
	}
	for _, r := range t.texts {
		if strings.Contains(r, string(text[:length])) {
			return true
		}
	}
	return false
}

// eachPart passes on every traceLength letters and digits in a row of a text, in lower case,
// in the low bytes of part, with what comes before in the others; and how many digits in a
// row end there if all of it is digits, otherwise 0.
func eachPart(text string, do func(part uint64, digits int)) {
	part, n, digits := uint64(0), 0, 0
	for i := range len(text) {
		c := lowerASCII(text[i])
		switch {
		case isDigit(c):
			digits++
		case isLetter(c):
			digits = 0
		default:
			continue
		}
		part, n = part<<8|uint64(c), n+1
		switch {
		case n < traceLength:
		case digits >= traceLength:
			do(part, digits)
		default:
			do(part, 0)
		}
	}
}

// hashOf returns 12 bits of the last traceLength characters.
func hashOf(part uint64) uint64 {
	const mask = 1<<(8*traceLength) - 1
	return (part & mask) * 0x9e3779b97f4a7c15 >> 52
}
