// Package visible shows what a terminal would obey or hide: control characters,
// characters that change the direction of text, and characters without a shape.
//
// Text from outside can hold them: names in certificates, file names, ids, words and
// codes of an API, variables, headers. Nothing is removed: each becomes its escape, \u and
// four hex digits, as in JSON, so that JSON stays the same JSON.
//
// It does not decide what may be shown. Start at Text for a part of a message, and at
// Writer for a terminal, a log or a plan.
package visible

import (
	"io"
	"strings"
	"sync"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"usersync/sync/identity"
)

// Text returns text from outside, for one line: line breaks and tabs are escaped too. Text
// that needs no escapes is returned without an allocation.
func Text(text string) string {
	if !strings.ContainsFunc(text, hides) && utf8.ValidString(text) {
		return text
	}
	return string(appendEscaped(nil, []byte(text), hides))
}

// Clear reports whether Text would change nothing.
func Clear(text string) bool { return Text(text) == text }

// hides reports whether a terminal would obey r, or show nothing.
func hides(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r < ' ' || r == 0x7f
	case r == utf8.RuneError:
		return false
	}
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) || identity.Invisible(r)
}

// hidesInText is hides without line breaks and tabs.
func hidesInText(r rune) bool { return r != '\n' && r != '\t' && hides(r) }

// appendEscaped appends text with the escapes of what hides, and U+FFFD for bytes that are
// not UTF-8.
func appendEscaped(b, text []byte, hides func(rune) bool) []byte {
	const digits = "0123456789abcdef"
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		if !hides(r) {
			b = utf8.AppendRune(b, r)
			continue
		}
		units := []rune{r}
		if first, second := utf16.EncodeRune(r); first != utf8.RuneError {
			units = []rune{first, second}
		}
		for _, u := range units {
			b = append(b, '\\', 'u', digits[u>>12&15], digits[u>>8&15], digits[u>>4&15], digits[u&15])
		}
	}
	return b
}

// Writer escapes what is written to it, except line breaks and tabs, and passes it on. It is
// safe for concurrent use if what it writes to is.
type Writer struct {
	to io.Writer

	mu   sync.Mutex
	rest []byte // the beginning of a character whose other bytes are still to come
}

// NewWriter returns a Writer to a terminal, a log or a file.
func NewWriter(to io.Writer) *Writer { return &Writer{to: to} }

// Unwrap returns what the Writer writes to.
func (w *Writer) Unwrap() io.Writer { return w.to }

// Write writes text. Its error is that of what it writes to; then none of text counts as
// written.
func (w *Writer) Write(text []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := text
	if len(w.rest) > 0 {
		all = append(w.rest, text...)
	}
	end := whole(all)
	out := all[:end]
	if needsEscapes(out) {
		out = appendEscaped(nil, out, hidesInText)
	}
	w.rest = append([]byte(nil), all[end:]...)
	if len(out) == 0 {
		return len(text), nil
	}
	if _, err := w.to.Write(out); err != nil {
		return 0, err
	}
	return len(text), nil
}

// whole returns where the last whole character of the text ends.
func whole(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		at := len(text) - n
		if utf8.RuneStart(text[at]) {
			if utf8.FullRune(text[at:]) {
				break
			}
			return at
		}
	}
	return len(text)
}

func needsEscapes(text []byte) bool {
	for i, c := range text {
		if c >= utf8.RuneSelf {
			return needsWideEscapes(text[i:])
		}
		if hidesInText(rune(c)) {
			return true
		}
	}
	return false
}

func needsWideEscapes(text []byte) bool {
	if !utf8.Valid(text) {
		return true
	}
	for _, r := range string(text) {
		if hidesInText(r) {
			return true
		}
	}
	return false
}
