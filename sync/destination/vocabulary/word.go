package vocabulary

// word reports whether the text from start to end is a word of the vocabulary, a
// short number, or written together from such words like userName. It adds what it
// finds to the words shown.
func (s *scan) word(start, end int) bool {
	text := s.text[start:end]
	if len(text) <= mostDigits && onlyNumber(text) {
		s.shown = append(s.shown, shownWord{start, end, len(s.pieces)})
		return true
	}
	if s.vocabulary.holds(plainApostrophe(text)) {
		s.addWord(start, end)
		return true
	}
	for at := start; at < end; {
		next := at + partEnd(s.text[at:end])
		if at == start && next == end || !s.vocabulary.holds(s.text[at:next]) {
			return false
		}
		at = next
	}
	s.addWord(start, end)
	return true
}

// addWord adds a word, and each of its parts if there are several.
func (s *scan) addWord(start, end int) {
	s.shown = append(s.shown, shownWord{start, end, len(s.pieces)})
	for at := start; at < end; {
		next := at + partEnd(s.text[at:end])
		if at > start || next < end {
			s.shown = append(s.shown, shownWord{at, next, len(s.pieces)})
		}
		for at = next; at < end && !isLetter(s.text[at]) && !isDigit(s.text[at]); at++ {
		}
	}
}

// partEnd returns where the first part of a word ends: photo in photoURL, URL in
// URLPath, don in don't, sha in sha256.
func partEnd(text string) int {
	for i := 1; i < len(text); i++ {
		before, c := text[i-1], text[i]
		switch {
		case !isLetter(c) && !isDigit(c), isDigit(c) != isDigit(before):
			return i
		case isUpper(c) && !isUpper(before):
			return i
		case isUpper(c) && isUpper(before) && i+1 < len(text) && isLetter(text[i+1]) && !isUpper(text[i+1]):
			return i
		}
	}
	return len(text)
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }

const curly = "’"

// plainApostrophe returns the word with a straight apostrophe for a curly one.
func plainApostrophe(text string) string {
	for i := 0; i+len(curly) < len(text); i++ {
		if text[i:i+len(curly)] == curly {
			return text[:i] + "'" + text[i+len(curly):]
		}
	}
	return text
}
