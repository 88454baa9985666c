package object

import "bytes"

// EndIsCertain reports whether text that is not valid JSON still shows where it ends, so that
// what follows can be read: its only faults are words, numbers, keys and commas that JSON does
// not allow, and characters inside its texts. A quote that is missing, or one too many, leaves
// open what belongs to a text.
func EndIsCertain(raw []byte) bool {
	if IsGap(raw) {
		return true
	}
	l := loose{bytes.TrimSpace(raw)}
	return l.value(0) && len(l.rest) == 0
}

// IsGap reports whether raw is what stands between two commas that follow each other.
func IsGap(raw []byte) bool { return string(raw) == "," }

// loose reads text that is JSON but for such faults.
type loose struct{ rest []byte }

const maxLoose = 64 // brackets inside brackets

func (l *loose) value(depth int) bool {
	switch {
	case depth == maxLoose:
		return false
	case l.take('{'):
		return l.members(depth+1, '}')
	case l.take('['):
		return l.members(depth+1, ']')
	}
	return l.quoted() || l.word()
}

// members reads up to the bracket that closes an object or an array.
func (l *loose) members(depth int, end byte) bool {
	for !l.take(end) {
		if end == '}' && !((l.quoted() || l.word()) && l.take(':')) || !l.value(depth) {
			return false
		}
		if !l.take(',') {
			return l.take(end)
		}
	}
	return true
}

// take consumes c, and the white space after it, if it comes next.
func (l *loose) take(c byte) bool {
	if len(l.rest) == 0 || l.rest[0] != c {
		return false
	}
	l.rest = bytes.TrimLeft(l.rest[1:], " \t\r\n")
	return true
}

func (l *loose) quoted() bool {
	if len(l.rest) == 0 || l.rest[0] != '"' {
		return false
	}
	for i := 1; i < len(l.rest); i++ {
		switch l.rest[i] {
		case '\\':
			i++
		case '"':
			l.rest = l.rest[i:]
			return l.take('"')
		}
	}
	return false
}

// word reads a word or a number.
func (l *loose) word() bool {
	rest := bytes.TrimLeft(l.rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$+-.")
	found := len(rest) < len(l.rest)
	l.rest = bytes.TrimLeft(rest, " \t\r\n")
	return found
}
