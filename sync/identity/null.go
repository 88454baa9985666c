package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// nullMarker tells whether a text stands for a missing value.
//
// Never are the texts that databases and programs write by themselves and that are
// not names. UnlessKnown are
//   - None, NaN, nil and N/A, which Python, Go and people write, and which are
//     names or initials too;
//   - error values of spreadsheets in every language (#DIV/0!, #BEZUG!, #N/D), and
//     what numeric libraries write for a result that is not a number;
//   - any of these words in brackets or quotes (<null>, [NULL], (none), "NULL"):
//     programs show a missing value like this, and a name has no brackets;
//   - the nil and the max UUID, which RFC 9562 5.9 and 5.10 set aside;
//   - punctuation alone, such as - or ?.
//
// Whatever could be a name stays an id: Null, NONE, none, NA, N.A.,
// Undefined, TRUE, 0. Null is a surname, and NA are initials. An export that
// writes them for a missing value needs Policy.Nulls.
func nullMarker(id string) Class {
	switch id {
	case "NULL", "null", "(null)", `\N`, "#N/A", "#REF!", "#VALUE!", "#NAME?", "undefined":
		return Never
	case "None", "NaN", "nil", "N/A",
		`\\N`, "#NA", "#N/A N/A", "#NV", "#YOK", "#HIÁNYZIK", "#SAKNAS", "#PUUTTUU", "#GETTING_DATA", "Loading...",
		"-NaN", "-nan", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN", "1.#INF", "-1.#INF",
		"[object Object]", "[object Undefined]", "[object Null]",
		"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF":
		return UnlessKnown
	}
	switch {
	case id == "" || IsSpreadsheetError(id):
		return UnlessKnown
	case isAlphanumeric(id[0]): // most ids
		return Accepted
	case isWrapped(id) || isPunctuation(id):
		return UnlessKnown
	}
	return Accepted
}

// IsSpreadsheetError reports whether a text is an error value of a spreadsheet. It
// finds them by their shape, because every language has its own: # with capitals and
// a ! or ? at the end, # with a letter, a slash and a letter (#N/D, #N/B, #Н/Д), and
// Err:502 as LibreOffice writes it.
func IsSpreadsheetError(id string) bool {
	if code, found := strings.CutPrefix(id, "Err:5"); found {
		return len(code) == 2 && digitsIn(code) == 2
	}
	name, found := strings.CutPrefix(id, "#")
	if !found {
		return false
	}
	if first, second, slash := strings.Cut(name, "/"); slash && isCapital(first) && isCapital(second) {
		return true
	}
	last := len(name) - 1
	if last < 2 || name[last] != '!' && name[last] != '?' {
		return false
	}
	return !strings.ContainsFunc(name[:last], func(r rune) bool { return !unicode.IsUpper(r) && !strings.ContainsRune("/0_¡¿", r) })
}

func isCapital(text string) bool {
	r, n := utf8.DecodeRuneInString(text)
	return n > 0 && n == len(text) && unicode.IsUpper(r)
}

// maxWrapped is above what any of the words comes to, in two layers of brackets.
const maxWrapped = 48

// isWrapped finds a word for a missing value in brackets or quotes.
func isWrapped(id string) bool {
	last := len(id) - 1
	if last < 1 || last > maxWrapped {
		return false
	}
	switch id[:1] + id[last:] {
	case `""`, "''", "<>", "[]", "()", "{}":
	default:
		return false
	}
	inner := Clean(id[1:last])
	switch strings.ToLower(inner) {
	case "null", "nil", "none", "nan", "na", "n/a", "undefined", "empty", "blank", "missing":
		return true
	}
	return nullMarker(inner) != Accepted
}

// isPunctuation reports whether there is nothing in id to tell a user by.
func isPunctuation(id string) bool {
	return !strings.ContainsFunc(id, func(r rune) bool {
		return !unicode.IsPunct(r) && !unicode.IsSpace(r) && !unicode.In(r, unicode.Sm, unicode.Sc, unicode.Sk)
	})
}
