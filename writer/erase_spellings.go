package writer

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// names reports whether a text holds the id as a word, in any spelling that can be read as
// the id: with quotes doubled or left out, with the escapes of JSON, once or twice, and with
// U+FFFD for a character that could not be read.
func (e *Erasure) names(text []byte) bool {
	if e.ID == "" {
		return false
	}
	for n := 0; ; n++ {
		if e.inReading(text) {
			return true
		}
		plain := withoutEscapes(text)
		if n == deepestEscapes || bytes.Equal(plain, text) {
			return false
		}
		text = plain
	}
}

// deepestEscapes is how often a row can be escaped: a line of JSON that holds JSON as text, in
// rejects of JSON.
const deepestEscapes = 4

// inReading looks for the id in the text, with each pair of quotes as one, and without quotes.
func (e *Erasure) inReading(text []byte) bool {
	if e.inText(string(text)) {
		return true
	}
	if bytes.IndexByte(text, '"') < 0 {
		return false
	}
	return e.inText(strings.ReplaceAll(string(text), `""`, `"`)) || e.inText(strings.ReplaceAll(string(text), `"`, ""))
}

// inText looks for the id as a word.
func (e *Erasure) inText(text string) bool {
	for at := 0; at < len(text); {
		i := strings.IndexFunc(text[at:], func(r rune) bool { return r == utf8.RuneError || strings.HasPrefix(e.ID, string(r)) })
		if i < 0 {
			return false
		}
		at += i
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		if n := matches(text[at:], e.ID); n > 0 && !partOfWord(before) {
			if after, _ := utf8.DecodeRuneInString(text[at+n:]); !partOfWord(after) {
				return true
			}
		}
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return false
}

// matches returns how many bytes of the text's beginning read as the id; 0 if they do not.
// U+FFFD stands for any character, but not for every character of the id.
func matches(text, id string) int {
	at, same := 0, false
	for _, want := range id {
		got, size := utf8.DecodeRuneInString(text[at:])
		if size == 0 || got != want && got != utf8.RuneError {
			return 0
		}
		same = same || got == want
		at += size
	}
	if !same {
		return 0
	}
	return at
}

func partOfWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// withoutEscapes returns the text with each backslash escape of JSON resolved once.
func withoutEscapes(text []byte) []byte {
	if bytes.IndexByte(text, '\\') < 0 {
		return text
	}
	plain := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := escaped(text)
		if size == 0 {
			plain, text = append(plain, text[0]), text[1:]
			continue
		}
		plain, text = utf8.AppendRune(plain, r), text[size:]
	}
	return plain
}

// escaped returns the character of the escape that the text begins with, and its size; 0 if
// there is none.
func escaped(text []byte) (rune, int) {
	if len(text) < 2 || text[0] != '\\' {
		return 0, 0
	}
	if i := strings.IndexByte(`"\/bfnrt`, text[1]); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), 2
	}
	r, size := hex4(text)
	if second, n := hex4(text[size:]); size > 0 && n > 0 && utf16.IsSurrogate(r) {
		if pair := utf16.DecodeRune(r, second); pair != utf8.RuneError {
			return pair, size + n
		}
	}
	return r, size
}

// hex4 reads \u and four hex digits.
func hex4(text []byte) (r rune, size int) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, 0
	}
	for _, c := range text[2:6] {
		i := strings.IndexByte("0123456789abcdef", c|' ')
		if i < 0 {
			return 0, 0
		}
		r = r<<4 | rune(i)
	}
	return r, 6
}
