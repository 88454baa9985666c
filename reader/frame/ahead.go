package frame

import "bytes"

// Peek returns the next lines without consuming them: as many, and as many bytes, as fit
// into one record.
func (w *Window) Peek(lines int) []byte {
	for {
		end := 0
		for range lines {
			i := bytes.IndexByte(w.Data()[end:], '\n')
			if i < 0 {
				end = -1
				break
			}
			end += i + 1
		}
		if end >= 0 {
			return w.Data()[:end]
		}
		if len(w.Data()) > MaxRecord || !w.More() {
			return w.Data()
		}
	}
}

// PeekBytes returns the next n bytes without consuming them; fewer at the end of the file.
func (w *Window) PeekBytes(n int) []byte {
	for len(w.Data()) < n && w.More() {
	}
	return w.Data()[:min(len(w.Data()), n)]
}
