package page

import (
	"slices"
	"strings"
	"unicode"
)

// IsNext reports whether an object under that key leads to another page.
func IsNext(key string) bool { return isNext(wordsOf(key)) }

// wordsOf returns the words of a key in lower case: nextLink, next_link and x:next-link have
// the same two at their end.
func wordsOf(key string) []string {
	var b strings.Builder
	before := ' '
	for _, r := range key {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			b.WriteByte(' ')
		case unicode.IsUpper(r) && unicode.IsLower(before):
			b.WriteByte(' ')
			fallthrough
		default:
			b.WriteRune(unicode.ToLower(r))
		}
		before = r
	}
	words := strings.Fields(b.String())
	if len(words) > 1 && has(words[:1], "odata", "hydra", "x") {
		return words[1:]
	}
	return words
}

// has reports whether one of the words is in a list.
func has(words []string, list ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return slices.Contains(list, word) })
}

// is reports whether the words together are in a list.
func is(words []string, list string) bool {
	return slices.Contains(strings.Fields(list), strings.Join(words, ""))
}

// isPlain reports whether a key is about pages and only pages: partial_errors is not.
func isPlain(words []string) bool {
	known := strings.Fields(`next more has is page pages token cursor cursors link links url uri href offset start continuation pagination
		truncated incomplete partial prev previous delta remaining last evaluated key skip skipped data
		total totals count size limit per top take max marker scroll id after bookmark end first done complete completed finished final
		all from at index row record number current value num items records results users elements rows hits list search matches matched found`)
	return !slices.ContainsFunc(words, func(word string) bool {
		one := []string{word}
		return !slices.Contains(known, word) && !isListed(one) && !isEnd(one) && !isPage(one) && !isCount(one) && !isLimit(one) &&
			!is(one, totals) && !is(one, starts)
	})
}

// isNext is about another page, before or after this one. It also holds for the link to
// later changes: a list of changes is not a list of all users.
func isNext(words []string) bool {
	if has(words, "run", "at", "time", "date", "reset", "schedule", "scheduled", "export", "update", "login", "info", "help") {
		return false
	}
	return has(words, "next", "more", "continuation", "truncated", "incomplete", "partial", "prev", "previous", "delta") || isListed(words)
}

// isListed is about another page, too, in words that say it only together.
func isListed(words []string) bool {
	return is(words, `remaining remainingitems remainingrecords remainingresults remainingusers
			hasmore hasnext hasnextpage morerecords moreresults moreitems istruncated incompleteresults
			nextlink nextpage nexturl nexturi nextpageurl nextpagelink nexttoken nextpagetoken nextcursor nextrecordsurl nextoffset nextstart nexthref
			continuationtoken continuationuri paginationtoken nextpaginationtoken pagetoken lastevaluatedkey skiptoken
			prevpage previouspage prevurl prevpageurl previouslink previouspagetoken hasprevious hasprev haspreviouspage`)
}

// isCursor leads to another page, or to the end of this one.
func isCursor(words []string) bool {
	return has(words, "cursor", "marker", "scroll", "after", "bookmark") && !has(words, "start", "before")
}

// isEnd is false on all pages but the last or the first.
func isEnd(words []string) bool {
	return is(words, `done last islast lastpage islastpage complete iscomplete completed first isfirst firstpage isfirstpage finished
		end isend endofrecords endoflist endofresults allrecords final isfinal`)
}

// isSkipped counts users before this page, from 0 or from 1.
func isSkipped(words []string, n float64) bool {
	const date = 1e8 // or more
	return n > 0 && has(words, "offset", "skip", "skipped") || n > 0 && is(words, "startat") ||
		n > 1 && n < date && is(words, starts)
}

const starts = "start from startindex startrow startrecord firstrecord firstrow firstindex"

// isPage is above 1 where there are several pages.
func isPage(words []string) bool {
	return !has(words, "size", "per", "limit", "length", "max") &&
		(has(words, "page", "pages") || is(words, "totalpages pagecount pagestotal lastpage currentpage pagenumber numpages"))
}

// isTotal counts the users of all pages.
func isTotal(words []string) bool {
	return has(words, "total", "totals") && !has(words, "amount", "price", "sum", "cost", "bytes", "ms", "time", "seconds", "duration", "licenses", "seats", "pages") ||
		is(words, totals)
}

const totals = `totalresults totalcount totalrecords totalitems totalelements totalsize totalusers totalrows totalhits
	numfound recordstotal recordsfiltered matches matched found`

// isCount counts the users of this page or of all.
func isCount(words []string) bool {
	return is(words, "count recordcount usercount numrecords itemcount resultcount")
}

// isLimit is the most users that a page can have.
func isLimit(words []string) bool {
	return is(words, "limit perpage pagesize pagelimit maxresults maxitems maxrecords maxpagesize top take")
}
