package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// entry is a word to avoid: its forms, in lower case, and why.
type entry struct {
	forms   []string
	why     string
	instead string
	fine    [][]string // phrases in which the word is right
}

// list is the word list, by the first word of each form.
type list struct {
	byFirst map[string][]form
}

type form struct {
	words []string
	entry *entry
}

func parseList(text string) (*list, error) {
	l := &list{byFirst: map[string][]form{}}
	seen := map[string]bool{}
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		columns := strings.Split(line, "|")
		for j := range columns {
			columns[j] = strings.TrimSpace(columns[j])
		}
		if len(columns) < 3 || len(columns) > 4 || columns[0] == "" || columns[1] == "" || columns[2] == "" {
			return nil, fmt.Errorf("word list, line %d: want forms | why | write instead | fine in these phrases", i+1)
		}
		e := &entry{forms: splitList(columns[0]), why: columns[1], instead: columns[2]}
		if len(columns) == 4 {
			for _, phrase := range splitList(columns[3]) {
				e.fine = append(e.fine, strings.Fields(phrase))
			}
		}
		for _, f := range e.forms {
			if seen[f] {
				return nil, fmt.Errorf("word list, line %d: %q is listed twice", i+1, f)
			}
			seen[f] = true
			words := strings.Fields(f)
			l.byFirst[words[0]] = append(l.byFirst[words[0]], form{words: words, entry: e})
		}
	}
	if len(seen) == 0 {
		return nil, errors.New("the word list is empty")
	}
	return l, nil
}

func splitList(text string) []string {
	var all []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.ToLower(strings.TrimSpace(part)); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// hit is a word of the list at a place in a text.
type hit struct {
	at    int
	form  string
	entry *entry
	fine  bool // in one of the phrases in which it is right
}

// word is one word of a text; joined tells that only blanks separate it from the
// word before, so that a phrase may run over it.
type word struct {
	text   string
	at     int
	joined bool
}

// A word may hold an apostrophe, and digits, so that identifiers stay whole.
var wordPattern = regexp.MustCompile(`[\pL_][\pL\pN_]*(?:['’][\pL]+)?`)

// find returns the hits in a text, and how many words it has.
func (l *list) find(text string) ([]hit, int) {
	var words []word
	end := 0
	for _, at := range wordPattern.FindAllStringIndex(text, -1) {
		words = append(words, word{text: strings.ToLower(text[at[0]:at[1]]), at: at[0],
			joined: strings.TrimSpace(text[end:at[0]]) == ""})
		end = at[1]
	}
	var hits []hit
	for i := range words {
		if inName(text, words[i]) {
			continue
		}
		for _, f := range l.byFirst[words[i].text] {
			if matches(words, i, f.words) {
				hits = append(hits, hit{at: words[i].at, form: strings.Join(f.words, " "), entry: f.entry, fine: f.entry.isFine(words, i)})
				break
			}
		}
	}
	return hits, len(words)
}

// inName tells whether a word is a part of something that is no prose, such as a
// path, a flag or a selector: go-on.md, --else, x.gone.
func inName(text string, w word) bool {
	before, after := byte(' '), byte(' ')
	if w.at > 0 {
		before = text[w.at-1]
	}
	if end := w.at + len(w.text); end+1 < len(text) && text[end+1] > ' ' {
		after = text[end]
	} else if end < len(text) && text[end] == '/' {
		after = '/'
	}
	return strings.IndexByte("-/.@$%_", before) >= 0 || strings.IndexByte("-/.@_(=", after) >= 0
}

func matches(words []word, i int, want []string) bool {
	if i < 0 || i+len(want) > len(words) {
		return false
	}
	for j, w := range want {
		if words[i+j].text != w || j > 0 && !words[i+j].joined {
			return false
		}
	}
	return true
}

// isFine tells whether the word at i lies within one of the phrases in which it
// is right.
func (e *entry) isFine(words []word, i int) bool {
	for _, phrase := range e.fine {
		for j := range phrase {
			if phrase[j] == words[i].text && matches(words, i-j, phrase) {
				return true
			}
		}
	}
	return false
}
