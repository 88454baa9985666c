// Package page finds out whether a list of users in JSON is one page of a longer list, from
// the keys next to it, such as @odata.nextLink, has_more or totalResults. Where it is not
// clear, the list is a page: a page too many deletes no user.
//
// It reads no JSON: package values does. Start at Page.
package page

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Page is what an object says about the array inside it.
type Page struct {
	more  string // the key that says that there is another page; empty without one
	may   string // a key that leads to another page if there is one
	whole bool   // a key says that there is no other page
	total count  // of the users of all pages
	limit count  // of the users of a page
}

type count struct {
	n   float64
	key string
}

// Part says which key tells that the array, of so many elements, is one page of a longer
// list, or that it may be one; empty if the array is all.
func (p *Page) Part(elements int) string {
	n := float64(elements)
	switch {
	case p.more != "":
		return shown(p.more) + saysPage
	case p.total.n > n:
		return shown(p.total.key) + saysPage
	case p.whole || p.total.n == n && isTotal(wordsOf(p.total.key)):
		return ""
	case p.may != "":
		return shown(p.may) + mayBePage
	case p.limit.n > 0 && p.limit.n <= n:
		return shown(p.limit.key) + mayBePage
	}
	return ""
}

// shown is a key in quotes, unless it may be a value: a name can be a key, too.
func shown(key string) string {
	if !isPlain(wordsOf(key)) {
		return "a key next to the list"
	}
	return strconv.Quote(key)
}

const (
	saysPage  = " says that it is one page of a longer list"
	mayBePage = " says that it may be one page of a longer list"
)

// Note notes the value of a key. In is the key of the object that it is in.
func (p *Page) Note(key, in string, raw []byte) {
	text := string(raw)
	if quoted := ""; len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &quoted) == nil {
		text = quoted
	}
	number, err := strconv.ParseFloat(text, 64)
	v := value{text: strings.ToLower(text), number: number, isNumber: err == nil}
	words := wordsOf(key)
	switch {
	case IsNext(in) && v.says():
		p.more = in
	case isNext(words):
		p.next(key, words, v)
	case v.text == "false" && isEnd(words), v.isNumber && isSkipped(words, v.number), v.isNumber && v.number > 1 && isPage(words):
		p.more = key
	case v.text == "true" && isEnd(words) && !has(words, "first"):
		p.whole = true
	case v.says() && isCursor(words) && !has(wordsOf(in), "cursors"):
		p.may = key
	case v.isNumber:
		p.count(key, in, v.number)
	}
}

// next notes the value of a key that is about another page.
func (p *Page) next(key string, words []string, v value) {
	switch {
	case v.says():
		p.more = key
	case isPlain(words) && !has(words, "prev", "previous"):
		p.whole = true
	}
}

func (p *Page) count(key, in string, n float64) {
	words := wordsOf(key)
	if has(words, "value", "count") && isTotal(wordsOf(in)) {
		key, words = in, wordsOf(in)
	}
	switch {
	case (isTotal(words) || isCount(words)) && (n > p.total.n || p.total.key == ""):
		p.total = count{n, key}
	case isLimit(words):
		p.limit = count{n, key}
	}
}

// NoteArray notes the beginning of an array under a key: links, each an object with its
// relation to this page, or what leads to another page.
func (p *Page) NoteArray(key string, array []byte) {
	for _, link := range relation().FindAllSubmatch(array, -1) {
		if IsNext(string(link[1])) {
			p.more = string(link[1])
		}
	}
	if words := wordsOf(key); len(bytes.Trim(array, " \t\r\n]")) > 0 && (isNext(words) || isCursor(words)) {
		p.more = key
	}
}

var relation = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"rel"\s*:\s*"([A-Za-z_-]+)"`) })

// value is that of a key.
type value struct {
	text     string // in lower case
	number   float64
	isNumber bool
}

// says reports whether the value is none that stands for nothing.
func (v value) says() bool {
	switch v.text {
	case "", "null", "false", "no", "none", "n/a", "end":
		return false
	}
	return !v.isNumber || v.number > 0
}
