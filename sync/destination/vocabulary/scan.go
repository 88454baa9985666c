package vocabulary

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"usersync/sync/identity"
	"usersync/sync/user"
)

// kind says what a piece of a text is.
type kind uint8

const (
	gap    kind = iota // blanks and a little punctuation
	words              // words that may be shown
	number             // digits that may be shown
	masked
)

// piece is a part of a text. The pieces cover the text in order.
type piece struct {
	start, end int
	kind       kind
}

// shownWord is a word or number in pieces[piece] that may be shown unless a value
// holds it.
type shownWord struct{ start, end, piece int }

// scan is one text on its way through Clean.
type scan struct {
	vocabulary *Vocabulary
	text, own  string
	records    []*user.Record
	pieces     []piece
	shown      []shownWord
	depends    bool   // on the records or own, and not only on the text
	recent     recent // texts of earlier scans
}

// scan returns a scan of the text, with the buffers of an earlier one if there are any.
func (v *Vocabulary) scan(text string) *scan {
	s, ok := v.scans.Get().(*scan)
	if !ok {
		s = &scan{}
	}
	s.vocabulary, s.text, s.pieces, s.shown, s.depends = v, text, s.pieces[:0], s.shown[:0], false
	return s
}

func (s *scan) of(p piece) string { return s.text[p.start:p.end] }

// split cuts the text at blanks and at punctuation that does not join words. What
// lies between is shown whole or not at all, so that no part of an address, an
// escape sequence or an encoding is taken for a word.
func (s *scan) split() {
	for at := 0; at < len(s.text); {
		start, size := at, 0
		separates := false
		for at < len(s.text) {
			is, n := s.separator(at)
			if at > start && is != separates {
				break
			}
			separates, size = is, n
			at += size
		}
		if separates {
			s.addGap(start, at)
		} else {
			s.addChunk(start, at)
		}
	}
}

// separator reports whether the character at a position separates chunks, and its
// size in bytes.
func (s *scan) separator(at int) (bool, int) {
	c := s.text[at]
	if c < utf8.RuneSelf {
		return isLowSpace(c) || strings.IndexByte(",;:()[]{}<>\"!?|=*`", c) >= 0, 1
	}
	r, size := utf8.DecodeRuneInString(s.text[at:])
	if r == '’' && at > 0 && isLetter(s.text[at-1]) && at+size < len(s.text) && isLetter(s.text[at+size]) {
		return false, size
	}
	return isSpace(r) || strings.ContainsRune("“”„‘’«»‹›–—…•", r), size
}

func isLowSpace(c byte) bool { return c <= ' ' || c == 0x7f }

// isSpace reports whether r is shown as a blank: white space, and what has no shape.
func isSpace(r rune) bool {
	if r < utf8.RuneSelf {
		return isLowSpace(byte(r))
	}
	return r == utf8.RuneError || unicode.IsSpace(r) || unicode.IsControl(r) || identity.Invisible(r) || unicode.Is(unicode.Cf, r)
}

const longestGap = 3 // characters of punctuation; more may be a value

func (s *scan) addGap(start, end int) {
	n := 0
	for _, r := range s.text[start:end] {
		if !isSpace(r) {
			n++
		}
	}
	if n <= longestGap {
		s.pieces = append(s.pieces, piece{start, end, gap})
		return
	}
	inner := strings.TrimFunc(s.text[start:end], isSpace)
	from := start + strings.Index(s.text[start:end], inner)
	to := from + len(inner)
	s.pieces = append(s.pieces, piece{start, from, gap}, piece{from, to, masked}, piece{to, end, gap})
}

const joiners = ".-_/'"

// addChunk adds what lies between two separators, with joiners at its ends apart.
func (s *scan) addChunk(start, end int) {
	text := s.text[start:end]
	inner := strings.Trim(text, joiners)
	if inner == "" {
		s.addGap(start, end)
		return
	}
	from := start + strings.Index(text, inner)
	if from > start {
		s.addGap(start, from)
	}
	to := from + len(inner)
	p := piece{from, to, s.judge(from, to)}
	s.pieces = append(s.pieces, p)
	if to < end {
		s.addGap(to, end)
	}
}

// judge decides whether a chunk may be shown, as far as the vocabulary goes.
func (s *scan) judge(from, to int) kind {
	chunk, before := s.text[from:to], len(s.shown)
	switch {
	case onlyNumber(chunk):
		s.addNumbers(from, to)
		return number
	case s.allWords(from, to):
		return words
	}
	s.shown = s.shown[:before]
	if s.named(chunk) {
		s.shown = append(s.shown, shownWord{from, to, len(s.pieces)})
		return words
	}
	return masked
}

func onlyNumber(chunk string) bool {
	for i := range len(chunk) {
		if !isDigit(chunk[i]) && strings.IndexByte("-./", chunk[i]) < 0 {
			return false
		}
	}
	return true
}

func (s *scan) addNumbers(from, to int) {
	for at := from; at < to; at++ {
		start := at
		for at < to && isDigit(s.text[at]) {
			at++
		}
		if at > start {
			s.shown = append(s.shown, shownWord{start, at, len(s.pieces)})
		}
	}
}

// allWords reports whether a chunk is nothing but words of the vocabulary, joined,
// and short numbers.
func (s *scan) allWords(from, to int) bool {
	for at := from; at < to; {
		start := at
		for at < to && strings.IndexByte(".-_/", s.text[at]) < 0 {
			at++
		}
		if at > start && !s.word(start, at) {
			return false
		}
		at++
	}
	return true
}

// named reports whether a chunk is the API's own code or the name of a field.
func (s *scan) named(chunk string) bool {
	s.depends = true
	if s.own != "" && strings.EqualFold(chunk, s.own) {
		return true
	}
	for _, r := range s.records {
		if r == nil {
			continue
		}
		for i := range r.User.Attributes {
			if isName(r.User.Attributes[i].Field, chunk) {
				return true
			}
		}
	}
	return false
}

func isName(f user.Field, chunk string) bool {
	name := strings.TrimPrefix(strings.TrimPrefix(string(f), user.ExtraPrefix), user.AttributesPrefix)
	return strings.EqualFold(name, chunk) || strings.EqualFold(string(f), chunk)
}
