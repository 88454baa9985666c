// Package linelog writes lines of JSON to a file that is bounded in size, continues one that
// an earlier part of a run has begun, and counts the lines for which there is no room.
//
// It knows neither what a line says nor where the file is. Start at New.
package linelog

import (
	"io"
	"strconv"
	"sync"
)

// Log writes lines. It is safe for concurrent use.
//
// No run depends on it: after an error, or when it is full, it only counts.
type Log struct {
	most    int64
	mu      sync.Mutex
	open    func() (to io.WriteCloser, size int64, err error)
	to      io.WriteCloser
	left    int64
	leftOut int
	failed  bool
}

// New returns a Log that calls open at its first line. size is what the file holds from
// earlier parts of the run; with the lines that are added it holds at most most bytes.
func New(most int64, open func() (to io.WriteCloser, size int64, err error)) *Log {
	return &Log{most: most, open: open}
}

// Add writes a line, in one Write.
func (l *Log) Add(line []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ready() || int64(len(line)+1) > l.left {
		l.leftOut++
		return
	}
	l.left -= int64(len(line) + 1)
	if _, err := l.to.Write(append(line, '\n')); err != nil {
		l.failed = true
	}
}

// ready opens the file. Its line may follow one that a kill has cut.
func (l *Log) ready() bool {
	if l.to != nil || l.failed {
		return !l.failed
	}
	to, size, err := l.open()
	if err != nil {
		l.failed = true
		return false
	}
	l.to, l.left = to, l.most-size
	if size > 0 {
		_, err = to.Write([]byte("\n"))
		l.failed = err != nil
	}
	return !l.failed
}

// Close writes how many lines were left out, if any were, and closes the file.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.to == nil {
		return nil
	}
	var err error
	if l.leftOut > 0 && !l.failed {
		_, err = l.to.Write([]byte(`{"left_out":` + strconv.Itoa(l.leftOut) + "}\n"))
	}
	if bad := l.to.Close(); err == nil {
		err = bad
	}
	l.to, l.failed = nil, true
	return err
}
