package vocabulary

import "strings"

// recent are texts that were split lately: an API says the same about many records. A text with a
// word that may be the name of a field, or the API's own code, is not among them, as what is
// shown of it depends on the records.
type recent struct {
	texts [8]split
	next  int // the one to replace
}

// split is a text and its pieces, before any value is masked.
type split struct {
	text   string
	pieces []piece
	shown  []shownWord
}

// recall takes over the pieces of the text if it was split lately.
func (s *scan) recall() bool {
	for i := range s.recent.texts {
		if known := &s.recent.texts[i]; known.text == s.text {
			s.pieces, s.shown = append(s.pieces, known.pieces...), append(s.shown, known.shown...)
			return true
		}
	}
	return false
}

// remember keeps the pieces of the text if they depend on nothing but the text.
func (s *scan) remember() {
	if s.depends {
		return
	}
	kept := &s.recent.texts[s.recent.next]
	s.recent.next = (s.recent.next + 1) % len(s.recent.texts)
	kept.text = strings.Clone(s.text) // which may be a part of a whole answer
	kept.pieces, kept.shown = append(kept.pieces[:0], s.pieces...), append(kept.shown[:0], s.shown...)
}
