package attempts

import (
	"encoding/json"
	"io"

	"usersync/writer/linelog"
)

// Log writes attempts. It is safe for concurrent use.
//
// No run depends on it: after an error, or when it is full, it only counts.
type Log struct{ lines *linelog.Log }

// NewLog returns a Log that calls open at its first attempt. size is what the file holds from
// earlier parts of the run.
func NewLog(open func() (to io.WriteCloser, size int64, err error)) *Log {
	return &Log{linelog.New(MaxSize, open)}
}

// Add writes a, in one Write.
func (l *Log) Add(a *Attempt) {
	if line, err := json.Marshal(a); err == nil {
		l.lines.Add(line)
	}
}

// AddLine writes a line of another Log, in one Write.
func (l *Log) AddLine(line []byte) { l.lines.Add(line) }

// Close writes how many attempts were left out, if any were, and closes the file.
func (l *Log) Close() error { return l.lines.Close() }
