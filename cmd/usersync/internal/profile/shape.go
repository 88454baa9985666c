package profile

import (
	"strings"
	"unicode"
)

const shapeLength = 20 // characters of a shape

// shapes counts the masked shapes of cells.
type shapes struct {
	cells  map[string]int // by shape
	most   int            // shapes that are told apart
	others int            // cells of other shapes
}

func (s *shapes) add(text string) {
	shape := Mask(text)
	if _, known := s.cells[shape]; known || len(s.cells) < s.most {
		s.cells[shape]++
	} else {
		s.others++
	}
}

// Mask is a text with each letter and digit masked, as in AAA-999, cut to 20 characters.
func Mask(text string) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > shapeLength {
			b.WriteRune('…')
			break
		}
		b.WriteRune(masked(r))
	}
	return b.String()
}

func masked(r rune) rune {
	switch {
	case unicode.IsUpper(r):
		return 'A'
	case unicode.IsLetter(r), unicode.IsMark(r):
		return 'a'
	case unicode.IsDigit(r):
		return '9'
	case r > ' ' && r < 0x7f:
		return r
	}
	return '_'
}
