package engine

import (
	"sync"

	"usersync/sync/user"
)

// window limits the records that are read and not yet written, by number and by memory.
// The planner takes a credit for each record, the collector releases it.
type window struct {
	mu         sync.Mutex
	records    int
	bytes      int
	maxRecords int
	maxBytes   int
	longest    int           // the most that maxRecords can become
	oldest     int           // ordinal of the oldest unwritten record
	changed    chan struct{} // holds a token if credits were released
}

// mostInWindow bounds the window. A journal, which holds all records after a checkpoint, bounds it:
// there may be 20,000 more that are written and not yet in one.
const mostInWindow = 40_960

func newWindow(l Limits, from int) *window {
	w := &window{maxRecords: l.Window, maxBytes: l.WindowBytes, longest: l.Window, oldest: from + 1, changed: make(chan struct{}, 1)}
	if l.FindWorkers != nil {
		w.longest = max(min(4*l.Window, mostInWindow), l.Window)
	}
	return w
}

// fit makes room for as many records in flight, and some more that wait for the oldest.
func (w *window) fit(inFlight int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.maxRecords = min(max(w.maxRecords, inFlight+inFlight/4), w.longest)
}

// take takes the credit for a record. If there is none it returns false and the record
// that all others wait for. A single record always fits.
func (w *window) take(r *user.Record) (ok bool, oldest int) {
	size := r.Size()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.records > 0 && (w.records >= w.maxRecords || w.bytes+size > w.maxBytes) {
		return false, w.oldest
	}
	w.records++
	w.bytes += size
	return true, w.oldest
}

// release releases the credits of written records; oldest is the next to be written.
func (w *window) release(records, bytes, oldest int) {
	w.mu.Lock()
	w.records -= records
	w.bytes -= bytes
	w.oldest = oldest
	w.mu.Unlock()
	signal(w.changed)
}

// empty reports whether everything that was read is written.
func (w *window) empty() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.records == 0
}

// signal leaves a token in a channel that holds one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
