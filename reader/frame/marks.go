package frame

import "bytes"

// Byte order marks at the beginning of a row: files that were joined keep theirs. The
// second is the first one after it was read as Latin-1 or Windows-1252.
var (
	mark        = []byte("\uFEFF")
	misreadMark = []byte("\u00ef\u00bb\u00bf")
)

// MarkLen returns how long the byte order mark is that text begins with; 0 without one.
func MarkLen(text []byte) int {
	switch {
	case bytes.HasPrefix(text, mark):
		return len(mark)
	case bytes.HasPrefix(text, misreadMark):
		return len(misreadMark)
	}
	return 0
}

// skipMarks drops the byte order marks at the beginning of a row, and returns what
// follows.
func (w *Window) skipMarks() []byte {
	for {
		for len(w.Data()) < len(misreadMark) && w.More() {
		}
		n := MarkLen(w.Data())
		if n == 0 {
			return w.Data()
		}
		w.Drop(n)
	}
}
