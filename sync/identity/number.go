package identity

// NumberDamage tells whether text is what a program writes in place of a long
// number that was an id: its last digits are lost, and several ids become one.
//
// Never is the form of spreadsheets, ^\d(\.\d+)?[Ee]\+\d{2,}$, such as
// 1.23457E+15. UnlessKnown are its neighbours that no system hands out as ids:
// with a decimal comma (1,23E+10), with up to three digits in front, as engineering
// notation has them (12.3E+12), with a sign, with one digit in the exponent, and
// with a fraction but no plus, as Java writes it (1.23457E15).
//
// Accepted is the rest. 1E10, 12e5 and 5E-10 are part numbers and hexadecimal
// digits as often as damage.
func NumberDamage(text string) Class {
	rest, signed := text, false
	if rest != "" && (rest[0] == '+' || rest[0] == '-') {
		rest, signed = rest[1:], true
	}
	whole := digitsIn(rest)
	if whole < 1 || whole > 3 || whole == len(rest) {
		return Accepted
	}
	rest = rest[whole:]
	mark, fraction := rest[0], 0
	if mark == '.' || mark == ',' {
		if fraction = digitsIn(rest[1:]); fraction == 0 {
			return Accepted
		}
		rest = rest[1+fraction:]
	}
	if rest == "" || rest[0] != 'E' && rest[0] != 'e' {
		return Accepted
	}
	capital := rest[0] == 'E'
	rest = rest[1:]
	plus := rest != "" && rest[0] == '+'
	if plus {
		rest = rest[1:]
	}
	exponent := digitsIn(rest)
	switch {
	case exponent == 0 || exponent != len(rest):
		return Accepted
	case plus && exponent >= 2 && whole == 1 && !signed && mark != ',':
		return Never
	case plus || fraction > 0 && capital:
		return UnlessKnown
	}
	return Accepted
}

// digitsIn counts the digits that text begins with.
func digitsIn(text string) int {
	n := 0
	for n < len(text) && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	return n
}
