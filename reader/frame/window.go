// Package frame reads a file through a window that holds one record in memory, and cuts CSV
// into rows, each complete and with the line that it begins on. It skips rows longer than
// MaxRecord.
//
// It does not parse a row: a CSV parser does. Package values cuts JSON with the same window.
// Start at CSV and Window.
package frame

import (
	"bytes"
	"errors"
	"io"
)

// The limit of one record, and how much is read at a time, in bytes.
const (
	MaxRecord = 1 << 20
	ReadSize  = 128 << 10
)

// Row is one row of CSV, or one value of JSON. Its bytes are valid until the next one.
type Row struct {
	Bytes     []byte // of CSV with the line ending, if there is one
	Line      int    // that it begins on, from 1
	Offset    int64  // of its first byte in the decoded file
	Length    int64  // in bytes
	Long      bool   // over MaxRecord; Bytes is empty
	Malformed bool   // a quote is misplaced, in Cell
	BadEscape bool   // an escape is in front of a character that needs none, in Cell
	Cell      int
	source    []byte // the text in the file, if Bytes is another; otherwise nil
}

// Error means that the rest of a file cannot be cut. It does not hold the text.
type Error struct {
	Line       int // from 1
	Rule, Hint string
	Err        error // may be nil
}

// Error returns the rule.
func (e *Error) Error() string { return e.Rule }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

var errUnterminated = errors.New("a quoted cell is not closed")

var newline = []byte{'\n'}

// Window is a part of the input that moves forward. It grows to hold one record and no
// further: the caller drops the bytes of a longer one while looking for its end.
type Window struct {
	r      io.Reader
	buf    []byte
	start  int
	err    error // what ended the input; io.EOF if it was its end
	offset int64 // of start in the input
	// carriage says that carriage returns end lines, and are read as newlines.
	carriage bool
	marked   bool // a final end-of-file character (0x1A) was dropped
}

// NewWindow returns a Window at the beginning of r.
func NewWindow(r io.Reader) *Window { return &Window{r: r} }

// Over returns a Window of text, and nothing after it.
func Over(text []byte) *Window { return &Window{buf: text, err: io.EOF} }

// Err returns what ended the input; io.EOF if that was its end, nil while there may be more.
func (w *Window) Err() error { return w.err }

// ReadCR makes carriage returns end lines, in what was read and in what follows. It
// changes no positions.
func (w *Window) ReadCR() {
	w.carriage = true
	replaceCR(w.Data())
}

func replaceCR(b []byte) {
	for i := bytes.IndexByte(b, '\r'); i >= 0; i = bytes.IndexByte(b, '\r') {
		b[i] = '\n'
		b = b[i+1:]
	}
}

// EndMark reports whether the input ended with 0x1A, the end-of-file character of old
// programs. It is not part of the data.
func (w *Window) EndMark() bool { return w.marked }

// EndOfFile is what old programs write at the end of a file.
const EndOfFile = 0x1a

// EndsHere reports whether nothing follows, or only an end-of-file character and line ends,
// which it drops.
func (w *Window) EndsHere() bool {
	const most = 100 // bytes after the character
	for len(w.Data()) == 0 && w.More() {
	}
	for data := w.Data(); len(data) > 0; data = w.Data() {
		if data[0] != EndOfFile || len(data) > most || len(bytes.TrimLeft(data[1:], "\r\n\x1a")) > 0 {
			return false
		}
		if !w.More() {
			w.Drop(len(w.Data()))
			w.marked = true
		}
	}
	return true
}

func (w *Window) dropMark() {
	for len(w.buf) > w.start && w.buf[len(w.buf)-1] == EndOfFile {
		w.buf, w.marked = w.buf[:len(w.buf)-1], true
	}
}

// Data returns what was read and not yet dropped. It is valid until More.
func (w *Window) Data() []byte { return w.buf[w.start:] }

// Offset is where Data begins in the decoded file, in bytes.
func (w *Window) Offset() int64 { return w.offset }

// Drop drops the first n bytes of Data.
func (w *Window) Drop(n int) {
	w.start += n
	w.offset += int64(n)
}

// mostRoom is how much memory a window keeps once what was long is read: a sample of the file, or
// an unusual record.
const mostRoom = 8 * ReadSize

// More reads more. It returns false if there is nothing more.
func (w *Window) More() bool {
	if w.err != nil {
		return false
	}
	switch rest := w.Data(); {
	case cap(w.buf) > mostRoom && len(rest) < ReadSize/2:
		w.buf = append(make([]byte, 0, ReadSize), rest...)
	case w.start > 0:
		w.buf = w.buf[:copy(w.buf, rest)]
	}
	w.start = 0
	if cap(w.buf)-len(w.buf) < ReadSize/2 {
		grown := make([]byte, len(w.buf), 2*cap(w.buf)+ReadSize)
		copy(grown, w.buf)
		w.buf = grown
	}
	return w.fill()
}

func (w *Window) fill() bool {
	const patience = 100 // empty reads, as in bufio
	for range patience {
		n, err := w.r.Read(w.buf[len(w.buf):min(len(w.buf)+ReadSize, cap(w.buf))])
		w.buf = w.buf[:len(w.buf)+n]
		w.err = err
		if w.carriage {
			replaceCR(w.buf[len(w.buf)-n:])
		}
		if err == io.EOF {
			w.dropMark()
		}
		if n > 0 || err != nil {
			return n > 0
		}
	}
	w.err = io.ErrNoProgress
	return false
}
