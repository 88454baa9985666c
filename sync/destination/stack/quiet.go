package stack

import (
	"sync/atomic"
	"time"
)

// Quiet is when calls that may have created a user are over. It is safe for concurrent use,
// and nil is a Quiet that is over.
type Quiet struct {
	timeout time.Duration
	until   atomic.Pointer[time.Time]
}

// NewQuiet returns a Quiet for a process that began at a time: a call of the process before it
// is over one timeout later.
func NewQuiet(began time.Time, timeout time.Duration) *Quiet {
	q := &Quiet{timeout: timeout}
	until := began.Add(timeout)
	q.until.Store(&until)
	return q
}

// extend notes that a call has just ended without an answer.
func (q *Quiet) extend() {
	if q == nil {
		return
	}
	until := time.Now().Add(q.timeout)
	q.until.Store(&until)
}

// left is how long it lasts yet.
func (q *Quiet) left() time.Duration {
	if q == nil {
		return 0
	}
	return time.Until(*q.until.Load())
}
