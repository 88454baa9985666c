package vocabulary

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"usersync/sync/user"
)

const (
	longestCode   = 64 // characters of an API's own code
	longestPhrase = 40 // characters; longer phrases are hard to read at a glance
)

// Phrase turns an API's title for an error into a code, in snake case. It returns ""
// unless the text is short and holds only words of the vocabulary, none of them in
// a value of the records.
func (v *Vocabulary) Phrase(text string, records ...*user.Record) string {
	title := strings.Join(strings.Fields(text), " ")
	other := func(c rune) bool { return c != ' ' && (c < 'a' || 'z' < c) && (c < 'A' || 'Z' < c) }
	if len(title) > longestPhrase || strings.ContainsFunc(title, other) || v.Clean(title, "", records...) != title {
		return ""
	}
	return strings.ToLower(strings.ReplaceAll(title, " ", "_"))
}

// Code returns an API's own code for an error in lower case: a letter followed by
// at most 63 letters, digits and _.- characters. It returns "" for any other text
// and for a code that repeats a value of the records.
func (v *Vocabulary) Code(text string, records ...*user.Record) string {
	text = strings.TrimSpace(text)
	if !isCode(text) || v.repeats(text, records) {
		return ""
	}
	return strings.ToLower(text)
}

func isCode(text string) bool {
	if text == "" || len(text) > longestCode || !isLetter(text[0]) {
		return false
	}
	for i := range len(text) {
		if c := text[i]; !isLetter(c) && !isDigit(c) && c != '_' && c != '.' && c != '-' {
			return false
		}
	}
	return true
}

// repeats reports whether a code is a value, or a word of one, in any spelling that
// a code can have. A code of the vocabulary's words must be equal to be one; any
// other code must not hold a word of a value either.
func (v *Vocabulary) repeats(code string, records []*user.Record) bool {
	s := scan{vocabulary: v, text: code}
	known := s.allWords(0, len(code))
	squeezed := squeeze(code)
	found := false
	eachValue(records, func(text string) {
		found = found || squeeze(text) == squeezed
		eachWord(text, func(word string) { found = found || strings.EqualFold(word, code) })
	})
	return found || !known && Holds(code, records...)
}

// Holds reports whether a text without blanks, such as a code, the id of a request or a
// host, has a part in common with a value of the records: five letters and digits, or six
// digits. The text is compared unchanged and reversed, and decoded from base64 and from
// hexadecimal; case, accents and punctuation do not count.
func Holds(text string, records ...*user.Record) bool {
	if len(records) == 0 {
		return false
	}
	var t trace
	for _, r := range read(text) {
		t.add(r)
	}
	found := false
	eachValue(records, func(value string) { found = found || t.sharedWith(value) })
	return found
}

// read returns what a text may stand for, in lower case and without punctuation.
func read(text string) []string {
	plain := squeeze(text)
	readings := []string{plain, reverse(plain)}
	for _, part := range append(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("._-:=", r) }), text) {
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if b, err := e.DecodeString(strings.TrimRight(part, "=_-.")); err == nil {
				readings = append(readings, squeeze(string(b)))
			}
		}
		if b, err := hex.DecodeString(part); err == nil {
			readings = append(readings, squeeze(string(b)))
		}
	}
	return readings
}

// squeeze returns the letters and digits of a text, in lower case.
func squeeze(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 128 && (isLetter(byte(r)) || isDigit(byte(r))) {
			return rune(lowerASCII(byte(r)))
		}
		return -1
	}, unaccented(text))
}

func reverse(text string) string {
	b := []byte(text)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}
