package vocabulary

import (
	"encoding/json"
	"html"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"usersync/sync/user"
)

// maskValues masks the words that are in a value of one of the records.
func (s *scan) maskValues() {
	if len(s.shown) == 0 || len(s.records) == 0 {
		return
	}
	var lengths [32]uint64 // by first character: the lengths of the words shown, as bits
	for _, w := range s.shown {
		lengths[s.text[w.start]&31] |= 1 << min(w.end-w.start, 63)
	}
	eachValue(s.records, func(text string) {
		eachWord(text, func(word string) {
			if lengths[word[0]&31]&(1<<min(len(word), 63)) != 0 {
				s.maskWord(word)
			}
		})
	})
}

func (s *scan) maskWord(word string) {
	for _, w := range s.shown {
		if w.end-w.start == len(word) && strings.EqualFold(s.text[w.start:w.end], word) {
			s.pieces[w.piece].kind = masked
		}
	}
}

// eachValue passes on every value of the records, secrets included, in the
// spellings in which it can hold words. Ids are not values: a result is found by
// its id.
func eachValue(records []*user.Record, do func(string)) {
	for _, r := range records {
		if r == nil {
			continue
		}
		for i := range r.User.Attributes {
			eachSpelling(r.User.Attributes[i].Value.Text, do)
		}
		for _, a := range r.User.Secrets {
			eachSpelling(a.Value.Reveal(), do)
		}
	}
}

func eachSpelling(text string, do func(string)) {
	if text == "" {
		return
	}
	structured, escaped := text[0] == '{' || text[0] == '[' || text[0] == '"', false
	for i := range len(text) {
		escaped = escaped || text[i] == '%' || text[i] == '&' || text[i] == '\\'
	}
	if structured && eachInJSON(text, do) {
		return
	}
	eachForm(text, do)
	if escaped {
		do(html.UnescapeString(text))
		if plain, err := url.QueryUnescape(text); err == nil {
			do(plain)
		}
	}
}

// eachInJSON passes on the values inside JSON, and reports whether the text is JSON.
func eachInJSON(text string, do func(string)) bool {
	if list, err := user.JSONValue(text).List(); err == nil {
		for _, item := range list {
			eachForm(item, do)
		}
		return true
	}
	var tree any
	if json.Unmarshal([]byte(text), &tree) != nil {
		return false
	}
	eachLeaf(tree, do)
	return true
}

// unaccented returns the text in compatible forms and without accents.
func unaccented(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(text))
}

// eachForm passes on a text, and without accents if it may have some.
func eachForm(text string, do func(string)) {
	do(text)
	if !isASCII(text) {
		do(unaccented(text))
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

func eachLeaf(tree any, do func(string)) {
	switch t := tree.(type) {
	case string:
		eachForm(t, do)
	case float64:
		do(strconv.FormatFloat(t, 'f', -1, 64))
	case []any:
		for _, item := range t {
			eachLeaf(item, do)
		}
	case map[string]any:
		for _, item := range t {
			eachLeaf(item, do)
		}
	}
}

// eachWord passes on the words of a value: what lies between other characters than
// letters and digits, and the parts of such a word, as in JaneDoe1990.
func eachWord(text string, do func(string)) {
	for at := 0; at < len(text); {
		start := at
		for at < len(text) && (isLetter(text[at]) || isDigit(text[at])) {
			at++
		}
		if at == start {
			at++
			continue
		}
		do(text[start:at])
		for from := start; from < at; {
			next := from + partEnd(text[from:at])
			if from > start || next < at {
				do(text[from:next])
			}
			from = next
		}
	}
}
