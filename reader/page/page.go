// Package page finds out whether a list of users in JSON is one page of a longer list, from
// the keys next to it, such as @odata.nextLink, has_more or totalResults.
//
// It reads no JSON: package values does. Start at Page.
package page

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Page is what an object says about the array inside it.
type Page struct {
	more  string // the key that says that there is another page; empty without one
	total float64
	count string // the key of total
}

// Part returns the key that says that the array, of so many elements, is not all.
func (p *Page) Part(elements int) string {
	if p.more == "" && p.total > float64(elements) {
		return p.count
	}
	return p.more
}

// Note notes the value of a key. In is the key of the object that it is in.
func (p *Page) Note(key, in string, raw []byte) {
	name, text := plainKey(key), string(raw)
	if quoted := ""; len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &quoted) == nil {
		text = quoted
	}
	says := text != "" && text != "null" && text != "false"
	number, err := strconv.ParseFloat(text, 64)
	isNumber := err == nil
	switch {
	case says && IsNext(in):
		p.more = in
	case says && text != "0" && nextKeys()[name],
		text == "false" && endKeys()[name],
		isNumber && number > 0 && skipKeys()[name],
		isNumber && number > 1 && pageKeys()[name]:
		p.more = key
	case isNumber && totalKeys()[name] && number > p.total:
		p.total, p.count = number, key
	}
}

// NoteLinks notes what an array of links says, each an object with its relation to this
// page.
func (p *Page) NoteLinks(array []byte) {
	for _, link := range relation().FindAllSubmatch(array, -1) {
		if IsNext(string(link[1])) {
			p.more = string(link[1])
		}
	}
}

var relation = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"rel"\s*:\s*"([A-Za-z_-]+)"`) })

// IsNext reports whether an object under that key leads to another page.
func IsNext(key string) bool { return nextKeys()[plainKey(key)] }

// plainKey is a key in lower case, without prefix and punctuation.
func plainKey(key string) string {
	key = strings.TrimPrefix(strings.ToLower(key), "@odata.")
	return strings.NewReplacer("_", "", "-", "", ".", "", " ", "").Replace(key)
}

func words(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// nextKeys lead to another page, before or after this one.
func nextKeys() map[string]bool {
	return words(`hasmore more hasnext hasnextpage morerecords moreresults moreitems istruncated truncated incomplete incompleteresults
		next nextlink nextpage nexturl nexturi nextpageurl nextpagelink nexttoken nextpagetoken nextcursor nextrecordsurl nextoffset nextstart nexthref
		continuationtoken continuation continuationuri paginationtoken nextpaginationtoken pagetoken lastevaluatedkey skiptoken
		prev previous prevpage previouspage prevurl prevpageurl previouslink previouspagetoken hasprevious hasprev haspreviouspage`)
}

// endKeys are false on all pages but the last or the first.
func endKeys() map[string]bool {
	return words("done last islast lastpage islastpage complete iscomplete first isfirst firstpage finished")
}

// skipKeys count users before this page.
func skipKeys() map[string]bool { return words("offset skip skipped startat") }

// pageKeys are above 1 where there are several pages.
func pageKeys() map[string]bool {
	return words("totalpages pages pagecount pagestotal lastpage page currentpage pagenumber startindex numpages")
}

// totalKeys count the users of all pages.
func totalKeys() map[string]bool {
	return words(`total totalresults totalcount totalrecords totalitems totalelements totalsize totalusers totalrows totalhits count
		recordcount usercount numfound numrecords itemcount resultcount`)
}
