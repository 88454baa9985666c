// Package vocabulary decides which words of an API may be shown. Everything else
// becomes "…", because an API can repeat a user's value in more spellings than
// anyone can list.
//
// Shown are the words of a fixed vocabulary, the API's own code, the names of the
// record's fields, and short numbers. A word that is also in a value of the record
// is not shown.
//
// It is not a filter for usersync's own words, and does not read answers: a client
// takes the text from an answer and passes it here. Start at Vocabulary.Clean.
package vocabulary

import (
	_ "embed"
	"strings"
	"sync"
)

// general holds the words of error messages in general: no names of people or
// places, and no words in which two values differ, such as months and colors.
//
//go:embed words.txt
var general string

// Vocabulary is a set of words that may be shown. It does not change after New and
// is safe for concurrent use. The zero value holds no words.
type Vocabulary struct {
	words map[string]struct{}
	scans sync.Pool // *scan
}

// New returns the general vocabulary together with the words of these texts, which
// may be names like photoURL or sentences of a reference.
func New(texts ...string) *Vocabulary {
	v := &Vocabulary{words: make(map[string]struct{}, 4096)}
	for _, text := range append(texts, general) {
		for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !isWordRune(r) }) {
			v.words[word] = struct{}{}
		}
	}
	return v
}

func isWordRune(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '\''
}

const longestWord = 40 // bytes; longer ones are keys, hashes and the like

// holds reports whether the word is in the vocabulary, in any letter case and with
// or without a possessive 's.
func (v *Vocabulary) holds(word string) bool {
	if len(word) > longestWord {
		return false
	}
	var lower [longestWord]byte
	for i := range len(word) {
		lower[i] = lowerASCII(word[i])
	}
	if _, ok := v.words[string(lower[:len(word)])]; ok {
		return true
	}
	n := len(word)
	if n > 2 && word[n-2] == '\'' && lower[n-1] == 's' {
		_, ok := v.words[string(lower[:n-2])]
		return ok
	}
	return false
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func isLetter(c byte) bool {
	const lower = 'a' - 'A' // the bit in which a letter differs from its upper case
	return 'a' <= c|lower && c|lower <= 'z'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
