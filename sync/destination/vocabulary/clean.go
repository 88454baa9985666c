package vocabulary

import (
	"strings"
	"unicode/utf8"

	"usersync/sync/user"
)

// Mask stands for what is not shown.
const Mask = "…"

const (
	detailRunes = 200  // still easy to read in one cell
	readBytes   = 4096 // longer texts are cut first: a gateway's error page may be megabytes
	mostDigits  = 3    // of a number that is shown: a status, a limit, a line
)

// Clean returns what may be shown of an API's text about the records: one line of
// at most 200 characters. own is the API's own code for the error, as Code returned
// it; "" if there is none.
func (v *Vocabulary) Clean(text, own string, records ...*user.Record) string {
	if text == "" {
		return ""
	}
	s := v.scan(shorten(text))
	defer v.scans.Put(s)
	s.own, s.records = own, records
	if !s.recall() {
		s.split()
		s.maskLongNumbers()
		s.remember()
	}
	s.maskValues()
	s.maskLoneNumbers()
	return cut(s.join(), detailRunes)
}

// Lead returns what Clean returned after words of ours: one line of at most 200 characters.
func Lead(ours, cleaned string) string {
	if cleaned == "" {
		return ours
	}
	return cut(ours+": "+cleaned, detailRunes)
}

// shorten cuts text that is too long to search, and drops the word that the cut
// would split.
func shorten(text string) string {
	if len(text) <= readBytes {
		return text
	}
	text = text[:readBytes]
	return text[:max(strings.LastIndexAny(text, " \t\n\"<>,"), 0)]
}

// maskLoneNumbers masks numbers next to what is masked: 12 in "12 Main Street".
func (s *scan) maskLoneNumbers() {
	for i := range s.pieces {
		if s.pieces[i].kind == number && (s.besideMask(i, -1) || s.besideMask(i, 1)) {
			s.pieces[i].kind = masked
		}
	}
}

// besideMask reports whether only blanks, and what is written inside a number, lie
// between piece i and what is masked in front of it (step -1) or after it (step 1).
func (s *scan) besideMask(i, step int) bool {
	i += step
	for ; i >= 0 && i < len(s.pieces) && s.pieces[i].kind == gap; i += step {
		if strings.Trim(s.of(s.pieces[i]), " -./(),+") != "" {
			return false
		}
	}
	return i >= 0 && i < len(s.pieces) && s.pieces[i].kind == masked
}

// join returns the text with one Mask for each stretch that is not shown.
func (s *scan) join() string {
	var b strings.Builder
	b.Grow(len(s.text) + len(Mask))
	for i := 0; i < len(s.pieces); i++ {
		p := s.pieces[i]
		switch p.kind {
		case gap:
			writeLine(&b, s.of(p))
			continue
		case words, number: // which have no white space
			b.WriteString(s.of(p))
			continue
		}
		b.WriteString(Mask)
		for i+2 < len(s.pieces) && s.pieces[i+1].kind == gap && s.pieces[i+2].kind == masked || i+1 < len(s.pieces) && s.pieces[i+1].kind == masked {
			i++
			if s.pieces[i].kind == gap {
				i++
			}
		}
	}
	return strings.TrimRight(strings.TrimLeft(b.String(), " "), " ,;:")
}

// writeLine writes text with each stretch of white space as one blank.
func writeLine(b *strings.Builder, text string) {
	for _, r := range text {
		switch {
		case !isSpace(r):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), " "):
			b.WriteByte(' ')
		}
	}
}

func cut(text string, n int) string {
	if len(text) <= n || utf8.RuneCountInString(text) <= n {
		return text
	}
	runes := []rune(text)
	return strings.TrimRight(strings.TrimSpace(string(runes[:n-1])), Mask) + Mask
}
