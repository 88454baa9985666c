package engine

import (
	"sync"

	"usersync/sync/user"
)

// window bounds the records that are read and not yet written, by number and
// by memory. The planner takes a credit for each record, the collector gives
// it back.
type window struct {
	mu      sync.Mutex
	records int
	bytes   int
	most    int
	mostB   int
	oldest  int           // ordinal of the oldest record that is not written
	changed chan struct{} // holds a token when credits came back
}

func newWindow(records, bytes, from int) *window {
	return &window{most: records, mostB: bytes, oldest: from + 1, changed: make(chan struct{}, 1)}
}

// take takes the credit for a record. When there is none it says so, and which
// record everybody waits for. A single record always finds room.
func (w *window) take(r *user.Record) (ok bool, oldest int) {
	size := r.Size()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.records > 0 && (w.records >= w.most || w.bytes+size > w.mostB) {
		return false, w.oldest
	}
	w.records++
	w.bytes += size
	return true, w.oldest
}

// give gives back the credits of records that are written; oldest is the next
// to be written.
func (w *window) give(records, bytes, oldest int) {
	w.mu.Lock()
	w.records -= records
	w.bytes -= bytes
	w.oldest = oldest
	w.mu.Unlock()
	nudge(w.changed)
}

// empty reports whether everything that was read is written.
func (w *window) empty() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.records == 0
}

// nudge leaves a token in a channel that holds one.
func nudge(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
