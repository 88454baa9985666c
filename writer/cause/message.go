package cause

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"usersync/sync/user"
)

const (
	// mask stands for what is removed. It is what package vocabulary writes for words that
	// may not be shown, so that a number of four digits, masked there, and one of three,
	// masked here, give one message.
	mask = "…"
	// mostRunes of a message are compared. Details end at 200 characters, and end earlier
	// in the text if the values in it are longer.
	mostRunes = 150
	shortHex  = 8 // letters of a hash that has no digit
)

// normalized returns text as one line without what differs from user to user: quoted parts,
// and words with digits, such as ids, numbers, dates, hashes and addresses.
func normalized(text string) string {
	words := strings.Fields(withoutQuotes(strings.ToValidUTF8(text, mask)))
	var kept []string
	for _, word := range words {
		word = masked(word)
		if n := len(kept); n > 0 && isMask(word) && isMask(kept[n-1]) {
			kept[n-1] = strings.TrimRight(kept[n-1], ",;") + word[strings.LastIndex(word, mask)+len(mask):]
			continue
		}
		kept = append(kept, word)
	}
	return shortened(strings.TrimRight(strings.Join(kept, " "), " .,;:"))
}

// isMask reports whether nothing but a mask and punctuation is left of a word.
func isMask(word string) bool {
	return strings.Contains(word, mask) && strings.Trim(word, mask+"()[]{}.,;:-/") == ""
}

// shortened cuts a message at a blank.
func shortened(text string) string {
	if utf8.RuneCountInString(text) <= mostRunes {
		return text
	}
	text = string([]rune(text)[:mostRunes])
	if i := strings.LastIndexByte(text, ' '); i > 0 {
		text = text[:i]
	}
	return strings.TrimRight(text, " .,;:"+mask) + mask
}

// closing are the quotes that end what each quote begins.
var closing = map[rune]rune{'"': '"', '\'': '\'', '`': '`', '“': '”', '‘': '’', '„': '“', '«': '»'}

// withoutQuotes masks what is in quotes. A quote after a letter or digit is an apostrophe, and
// one without an end is none.
func withoutQuotes(text string) string {
	var b strings.Builder
	before := ' '
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		end, quote := closing[r]
		if quote && !isWord(before) && !strings.HasPrefix(text[i:], "`usersync ") { // a command of ours
			if length := quoted(text[i+size:], end); length >= 0 {
				b.WriteString(mask)
				before = end
				i += size + length + utf8.RuneLen(end)
				continue
			}
		}
		b.WriteRune(r)
		before = r
		i += size
	}
	return b.String()
}

// quoted returns the length of what is quoted at the start of text; -1 if no quote ends it.
func quoted(text string, end rune) int {
	for i, r := range text {
		next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
		if r == end && !isWord(next) {
			return i
		}
	}
	return -1
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// names are words with digits that are the same for every user.
var names = map[string]bool{
	"E.164": true, "UTF-8": true, "UTF-16": true, "SHA-256": true, "ISO-8601": true, "base64": true, "OAuth2": true,
	string(user.AddressLine1): true, string(user.AddressLine2): true, string(user.AddressLine3): true,
	"addressLine1": true, "addressLine2": true, "addressLine3": true, "line_1": true, "line_2": true, "line_3": true,
}

// masked returns word with its inside masked, if that looks like a value. Punctuation around
// it stays.
func masked(word string) string {
	core := strings.Trim(word, "()[]{}<>.,;:!?")
	if core == "" || names[core] || !isValue(core) {
		return word
	}
	before, after, _ := strings.Cut(word, core)
	return before + mask + after
}

// isValue reports whether a word may be an id, a number, a date, a hash or an address.
func isValue(word string) bool {
	hex := len(word) >= shortHex
	for _, r := range word {
		if unicode.IsNumber(r) || r == '@' || r == utf8.RuneError {
			return true
		}
		hex = hex && strings.ContainsRune("abcdefABCDEF", r)
	}
	return hex || strings.Contains(word, "://")
}
