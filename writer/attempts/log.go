package attempts

import (
	"encoding/json"
	"io"
	"strconv"
	"sync"
)

// Log writes attempts. It is safe for concurrent use.
//
// No run depends on it: after an error, or when it is full, it only counts.
type Log struct {
	mu      sync.Mutex
	open    func() (to io.WriteCloser, size int64, err error)
	to      io.WriteCloser
	left    int64
	leftOut int
	failed  bool
}

// NewLog returns a Log that calls open at its first attempt. size is what the file holds from
// earlier parts of the run.
func NewLog(open func() (to io.WriteCloser, size int64, err error)) *Log { return &Log{open: open} }

// Add writes a, in one Write.
func (l *Log) Add(a *Attempt) {
	line, err := json.Marshal(a)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil || !l.ready() || int64(len(line)+1) > l.left {
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
	l.to, l.left = to, MaxSize-size
	if size > 0 {
		_, err = to.Write([]byte("\n"))
		l.failed = err != nil
	}
	return !l.failed
}

// Close writes how many attempts were left out, if any were, and closes the file.
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
