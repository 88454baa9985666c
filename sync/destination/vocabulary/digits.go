package vocabulary

import "strings"

// maskLongNumbers masks numbers of more than three digits. Digits without a letter
// between them are one number, however they are grouped.
func (s *scan) maskLongNumbers() {
	first, digits := 0, 0 // the piece in which the number begins, and its digits so far
	for i, p := range s.pieces {
		for at := p.start; at < p.end; at++ {
			switch c := s.text[at]; {
			case isDigit(c):
				if digits == 0 {
					first = i
				}
				if digits++; digits > mostDigits {
					s.maskFrom(first, i)
				}
			case isLetter(c):
				digits = 0
			}
		}
	}
}

// maskFrom masks the pieces from first to last that hold digits.
func (s *scan) maskFrom(first, last int) {
	for i := first; i <= last; i++ {
		if strings.ContainsAny(s.of(s.pieces[i]), "0123456789") {
			s.pieces[i].kind = masked
		}
	}
}
