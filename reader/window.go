package reader

import "io"

// The limit of one record, and how much is read at once.
const (
	maxRecord = 1 << 20
	readSize  = 128 << 10
)

// window is a piece of the input that moves forward. It grows to hold one
// record and no further: who looks for the end of a longer one drops its bytes.
type window struct {
	r      io.Reader
	buf    []byte
	start  int
	err    error // what ended the input; io.EOF if it was its end
	offset int64 // of start in the input
}

// data is what was read and not yet dropped. It is valid until more.
func (w *window) data() []byte { return w.buf[w.start:] }

func (w *window) drop(n int) {
	w.start += n
	w.offset += int64(n)
}

// more reads on. It returns false when there is nothing more.
func (w *window) more() bool {
	if w.err != nil {
		return false
	}
	if w.start > 0 {
		w.buf = w.buf[:copy(w.buf, w.buf[w.start:])]
		w.start = 0
	}
	if cap(w.buf)-len(w.buf) < readSize/2 {
		grown := make([]byte, len(w.buf), 2*cap(w.buf)+readSize)
		copy(grown, w.buf)
		w.buf = grown
	}
	return w.fill()
}

func (w *window) fill() bool {
	const patience = 100 // empty reads, as bufio has it
	for range patience {
		n, err := w.r.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf = w.buf[:len(w.buf)+n]
		w.err = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	w.err = io.ErrNoProgress
	return false
}
