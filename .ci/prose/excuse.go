package main

import (
	"regexp"
	"slices"
	"strings"
)

// excuse is one exception: a word that a line may hold, and the reason.
type excuse struct {
	line   int
	word   string
	reason string
	alone  bool // nothing but the exception is on its line, so it covers the next
	used   bool
}

type excuses []*excuse

var (
	excusePattern = regexp.MustCompile(`prose:allow ([a-z' ]+)(?::[ \t]*(.*?))?[ \t]*(?:-->|\*/)?[ \t]*(?:\||$)`)
	excuseWord    = regexp.MustCompile(`prose:allow [a-z' ]+`)
	alonePattern  = regexp.MustCompile(`^\s*(?://|#|<!--|/\*)\s*prose:allow`)
)

func excusesIn(text string) excuses {
	if !strings.Contains(text, "prose:allow") {
		return nil
	}
	var all excuses
	for i, line := range strings.Split(text, "\n") {
		if m := excusePattern.FindStringSubmatch(line); m != nil {
			all = append(all, &excuse{line: i + 1, word: strings.ToLower(strings.TrimSpace(m[1])), reason: m[2],
				alone: alonePattern.MatchString(line)})
		}
	}
	return all
}

// withoutExcuses blanks the words that exceptions name: they are not prose.
func withoutExcuses(text string) string {
	if !strings.Contains(text, "prose:allow") {
		return text
	}
	return excuseWord.ReplaceAllStringFunc(text, func(s string) string { return strings.Repeat(" ", len(s)) })
}

// covers tells whether a word on a line is excused, with a reason.
func (all excuses) covers(line int, e *entry) bool {
	covered := false
	for _, x := range all {
		near := x.line == line || x.alone && x.line+1 == line
		if near && x.reason != "" && slices.Contains(e.forms, x.word) {
			x.used, covered = true, true
		}
	}
	return covered
}

// unused returns a finding for each exception that excuses nothing.
func (all excuses) unused(path string) []finding {
	var found []finding
	for _, x := range all {
		switch {
		case x.used:
		case x.reason == "":
			found = append(found, finding{path: path, line: x.line, kind: "exceptions", word: "prose:allow", form: "prose:allow " + x.word,
				why: "an exception needs a reason", instead: "prose:allow " + x.word + ": REASON"})
		default:
			found = append(found, finding{path: path, line: x.line, kind: "exceptions", word: "prose:allow", form: "prose:allow " + x.word,
				why: "this exception excuses nothing", instead: "nothing: remove it"})
		}
	}
	return found
}
