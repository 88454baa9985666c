package terminal

import (
	"bytes"
	"io"
	"sync"
)

// Locked lets several goroutines write to one writer, one text at a time.
type Locked struct {
	mu sync.Mutex
	To io.Writer
}

// Write writes p while no other goroutine does.
func (l *Locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.To.Write(p)
}

// Prefixed puts a prefix before each line. A text written at once stays together. It is
// for one goroutine.
type Prefixed struct {
	To     io.Writer
	Prefix string
}

// Write writes the lines of p, each after the prefix. Blank lines have none.
func (w *Prefixed) Write(p []byte) (int, error) {
	var b bytes.Buffer
	for line := range bytes.Lines(p) {
		if len(bytes.TrimSpace(line)) > 0 {
			b.WriteString(w.Prefix)
		}
		b.Write(line)
	}
	_, err := w.To.Write(b.Bytes())
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// Output keeps the first error of a writer, to tell it from errors of what is written. It
// is for one goroutine.
type Output struct {
	To  io.Writer
	Err error // the first one
}

// Write writes p.
func (o *Output) Write(p []byte) (int, error) {
	n, err := o.To.Write(p)
	if o.Err == nil {
		o.Err = err
	}
	return n, err
}
