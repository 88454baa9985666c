// Package codes explains every code that the program can put into results, rejects, the
// summary and the table of calls: what it means, what to do, and whether a retry can help.
//
// It decides nothing and counts nothing. A code that the program emits and that is not
// here, or one that is here and that the program no longer emits, fails a test. A code
// that an API returns under its own name is not here: it is explained by its reference.
//
// Start at Groups and Lookup.
package codes

import (
	"slices"
	"strings"

	"usersync/sync/user"
)

// Retry says whether it helps to send the record again.
type Retry uint8

// The kinds of retries.
const (
	Settled   Retry = iota // there is nothing left to do
	Fix                    // only after the row, the mapping or a setting changed
	Helps                  // the next attempt may succeed
	Decide                 // a person has to find out what happened first
	Automatic              // the program has already done it in the same run
)

// String is one phrase for people.
func (r Retry) String() string {
	return [...]string{
		"nothing to retry",
		"no, not before something is corrected",
		"yes: the next attempt may succeed",
		"a retry looks the user up first, and sends only what is safe to send",
		"not needed: it was repeated in the same run",
	}[r]
}

// Entry explains one code, or a family of codes such as http_*.
type Entry struct {
	Code    string // in lower case; a family ends in *
	Meaning string // one or two sentences
	Do      string // what to do
	Retry   Retry
}

// isFamily reports whether the entry is about every code that begins in one way.
func (e *Entry) isFamily() bool { return strings.HasSuffix(e.Code, "*") }

func (e *Entry) covers(code string) bool {
	start, family := strings.CutSuffix(e.Code, "*")
	return e.Code == code || family && strings.HasPrefix(code, start) && len(code) > len(start)
}

// Group is entries about one subject.
type Group struct {
	Title   string
	About   string // one sentence
	Entries []Entry
}

// Groups returns every entry, in the order in which the documentation shows them.
func Groups() []Group {
	return []Group{
		settled(), refusals(), doubts(), input(), ids(), values(), fields(), mapped(),
		forKard(), forKonstantly(), forOnbo(), forSCIM(), forCustom(),
		statuses(), connections(), tokens(), answers(),
	}
}

// All returns every entry.
func All() []Entry {
	var all []Entry
	for _, g := range Groups() {
		all = append(all, g.Entries...)
	}
	return all
}

// Lookup explains a code. An entry for exactly this code comes before one for its family.
func Lookup(code string) (Entry, bool) {
	all := All()
	for _, exact := range []bool{true, false} {
		if i := slices.IndexFunc(all, func(e Entry) bool { return e.covers(code) && e.isFamily() != exact }); i >= 0 {
			return all[i], true
		}
	}
	return Entry{}, false
}

// OfSent explains the code of a record that was sent. What a rule calls a row that is not
// sent is then a word of the API, such as bad_request.
func OfSent(code string) (Entry, bool) {
	e, known := Lookup(code)
	switch {
	case !known, strings.HasPrefix(e.Code, "bad_"), e.Code == user.CodeParked, e.Code == user.CodeProtected, e.Code == user.CodeSuperseded:
		return Entry{}, false
	}
	for _, g := range []Group{input(), ids(), values(), fields(), mapped()} {
		if slices.Contains(g.Entries, e) {
			return Entry{}, false
		}
	}
	return e, true
}

// Names returns the codes of all entries.
func Names() []string {
	var names []string
	for _, e := range All() {
		names = append(names, e.Code)
	}
	return names
}

// Label returns a code as a label of metrics and traces: itself if it is one of ours, and
// "other" if an API may have made it up. Codes of ours that end in what the program knows
// only when it runs count as ours only if that is a status.
func Label(code string) string {
	e, known := Lookup(code)
	status, isStatus := strings.CutPrefix(code, "http_")
	switch {
	case code == "ok", known && e.Code == code:
		return code
	case isStatus && len(status) == 3 && strings.Trim(status, "0123456789") == "":
		return code
	}
	return "other"
}

// Plain is a text of this package without its Markdown, for terminals and messages.
func Plain(text string) string {
	text = strings.ReplaceAll(text, "`", "")
	for {
		before, rest, found := strings.Cut(text, "](")
		_, after, closed := strings.Cut(rest, ")")
		open := strings.LastIndexByte(before, '[')
		if !found || !closed || open < 0 {
			return text
		}
		text = before[:open] + before[open+1:] + after
	}
}
