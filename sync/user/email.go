package user

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// IsEmail reports whether text is one e-mail address, and nothing more: a local part as a
// dot-atom (RFC 5322 3.2.3, letters of any script as in RFC 6531), one @, and a domain of at
// least two labels. Display names, angle brackets, lists, quoted local parts and literal
// addresses are not.
func IsEmail(text string) bool {
	local, domain, found := strings.Cut(text, "@")
	return found && len(text) <= 254 && len(local) <= 64 && utf8.ValidString(text) && isDotAtom(local) && isDomain(domain)
}

func isDotAtom(local string) bool {
	begins := true // an atom begins here
	for _, r := range local {
		switch {
		case isAlphanumeric(r) || isAtomText(r):
			begins = false
		case r == '.' && !begins:
			begins = true
		default:
			return false
		}
	}
	return !begins
}

func isAtomText(r rune) bool {
	return isWord(r) || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
}

// isWord reports whether r is a letter, an accent on one, or a digit.
func isWord(r rune) bool {
	if r < utf8.RuneSelf {
		return isAlphanumeric(r)
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) && !unicode.Is(unicode.Variation_Selector, r) || unicode.IsDigit(r)
}

// isAlphanumeric reports whether r is a letter or digit of ASCII, as most are.
func isAlphanumeric(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}

// isDomain: labels of letters, digits and inner hyphens; the last one is not a number.
func isDomain(domain string) bool {
	label, number := 0, true // where the label begins, and whether it has only digits
	for i, r := range domain {
		switch {
		case r == '.':
			if !isLabel(domain[label:i]) {
				return false
			}
			label, number = i+1, true
		case r != '-' && !isAlphanumeric(r) && !isWord(r):
			return false
		default:
			number = number && '0' <= r && r <= '9'
		}
	}
	last := domain[label:]
	return label > 0 && isLabel(last) && len(last) > 1 && !number
}

func isLabel(label string) bool {
	return label != "" && len(label) <= 63 && label[0] != '-' && label[len(label)-1] != '-'
}
