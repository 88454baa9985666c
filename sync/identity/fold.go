package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// FoldVersion is raised whenever Fold gives another result for any id. What is
// stored under a folded id says which version folded it. A toolchain with a newer
// Unicode changes the result for characters that were not assigned before.
const FoldVersion = 2

// folding is one way in which two spellings of an id differ.
type folding uint16

const (
	foldInvisible folding = 1 << iota
	foldSpace
	foldCanonical
	foldWidth
	foldCompatible
	foldQuotes
	foldDashes
	foldCase
	foldOuterQuotes
	foldDecimals
	foldThousands
	foldZeros
	// foldAll leaves out what foldCompatible contains.
	foldAll = 1<<iota - 1 - foldCanonical - foldWidth
)

// Fold returns the text that id and all its look-alikes have in common. It folds
//   - upper and lower case, as Unicode's full case folding does (Straße, STRASSE);
//   - canonical and compatible forms (NFKC), and with them full and half width;
//   - white space of other kinds than a blank, and around the id;
//   - invisible characters, wherever they are;
//   - curly quotes, and the letters that are typed as an apostrophe, to straight
//     ones, and dashes and the minus sign to the hyphen: word processors exchange
//     them while someone types;
//   - quotes around the id, and an apostrophe in front of it: spreadsheets flag a
//     cell as text with one ('00123), and both come back in exports;
//   - decimals of a whole number that are all zero (101.0, 101.00), which come from
//     columns that were read as numbers, with a comma only up to two of them,
//     because 1,000 is a thousand;
//   - separators of thousands (1,234,567, 1.234, 1'234, 1 234), which come from columns that
//     a spreadsheet shows as numbers;
//   - zeros in front of a letter or a digit.
//
// It does not fold accents, other alphabets' letters of the same shape, digits of
// other scripts, or other blanks inside that are only more of them: these may be two
// users, and a false look-alike holds back a deletion until a person has looked.
//
// An id that is folded already, such as lower-case letters, digits and hyphens
// without leading zeros, is returned without an allocation. Fold(Fold(x)) is
// Fold(x); valid UTF-8 stays valid. The result is for comparing, and is never
// shown or sent: it need not be an id.
func Fold(id string) string {
	if isFolded(id) {
		return id
	}
	return foldBy(id, foldAll)
}

// isFolded is the quick answer for most ids. It may be false for one that is
// folded.
func isFolded(id string) bool {
	last := len(id) - 1
	if last < 0 || isEdge(id[0]) || isEdge(id[last]) || zerosBefore(id) > 0 {
		return false
	}
	number, marked := digitsIn(id) > 0, false
	for i := range len(id) {
		c := id[i]
		if c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return false
		}
		marked = marked || c == '.' || c == ',' || c == '\'' || c == ' '
	}
	return !number || !marked
}

func isEdge(c byte) bool { return !isPrintableASCII(c) || c == '\'' || c == '"' }

// maxRounds bounds what settles in two or three rounds: to fold a letter can undo a
// normal form, and the other way round.
const maxRounds = 8

func foldBy(text string, do folding) string {
	if isASCII(text) {
		if do&foldCase != 0 {
			text = strings.ToLower(text)
		}
		return foldEdges(text, do)
	}
	for range maxRounds {
		next := foldUnicode(text, do)
		if next == text {
			break
		}
		text = next
	}
	return foldEdges(text, do)
}

// foldEdges repeats what only takes away from the ends, because to take one thing
// away can show another, such as the blank inside quotes.
func foldEdges(text string, do folding) string {
	for {
		before := len(text)
		if do&foldSpace != 0 {
			text = strings.TrimSpace(text)
		}
		if do&foldInvisible != 0 {
			text = strings.TrimPrefix(text, misreadBOM)
		}
		if bare := strings.Trim(text, `'"`); do&foldOuterQuotes != 0 && bare != "" {
			text = bare
		}
		if do&foldDecimals != 0 {
			text = withoutDecimals(text)
		}
		if do&foldThousands != 0 {
			text = withoutThousands(text)
		}
		if do&foldZeros != 0 {
			text = text[zerosBefore(text):]
		}
		if len(text) == before {
			return text
		}
	}
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func foldUnicode(text string, do folding) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case do&foldInvisible != 0 && Invisible(r):
			return -1
		case do&foldSpace != 0 && r >= utf8.RuneSelf && unicode.IsSpace(r):
			return ' '
		}
		return r
	}, text)
	if do&foldCanonical != 0 {
		text = norm.NFC.String(text)
	}
	if do&foldWidth != 0 {
		text = width.Fold.String(text)
	}
	if do&foldCompatible != 0 {
		text = norm.NFKC.String(text)
	}
	text = strings.Map(func(r rune) rune { return straightened(r, do) }, text)
	if do&foldCase != 0 {
		text = cases.Fold().String(text)
	}
	return text
}

// straightened returns the ASCII character that a keyboard has for a quote or dash.
func straightened(r rune, do folding) rune {
	switch {
	case do&foldQuotes != 0 && (0x2018 <= r && r <= 0x201b || r == 0x02bb || r == 0x02bc):
		return '\''
	case do&foldQuotes != 0 && 0x201c <= r && r <= 0x201f:
		return '"'
	case do&foldDashes != 0 && (0x2010 <= r && r <= 0x2015 || r == 0x2212 || r == 0xfe58 || r == 0xfe63):
		return '-'
	}
	return r
}

// withoutDecimals takes them off a whole number.
func withoutDecimals(text string) string {
	whole := digitsIn(text)
	if whole == 0 || len(text) < whole+2 || text[whole] != '.' && text[whole] != ',' {
		return text
	}
	decimals := text[whole+1:]
	if strings.Trim(decimals, "0") != "" || text[whole] == ',' && len(decimals) > 2 {
		return text
	}
	return text[:whole]
}

// withoutThousands takes the separators out of a whole number, and the decimals if they are zero.
func withoutThousands(text string) string {
	const group = 3
	first := digitsIn(text)
	if first == 0 || first > group || len(text) <= first || text[0] == '0' || !strings.ContainsRune(".,' ", rune(text[first])) {
		return text
	}
	digits, rest := []byte(text[:first]), text[first:]
	for len(rest) > group && rest[0] == text[first] && digitsIn(rest[1:]) == group {
		digits, rest = append(digits, rest[1:1+group]...), rest[1+group:]
	}
	if len(digits) == first || rest != "" && (rest[0] == text[first] || !isZeroDecimals(rest)) {
		return text
	}
	return string(digits)
}

// isZeroDecimals finds one or two zeros after a decimal point or comma.
func isZeroDecimals(text string) bool {
	switch text {
	case ".0", ".00", ",0", ",00":
		return true
	}
	return false
}

// zerosBefore counts the zeros in front of a letter or a digit.
func zerosBefore(text string) int {
	n := 0
	for n+1 < len(text) && text[n] == '0' && isAlphanumeric(text[n+1]) {
		n++
	}
	return n
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
