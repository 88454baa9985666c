package sandbox

import (
	"sync"
	"sync/atomic"
	"time"
)

// tally counts what comes and goes.
type tally struct {
	created, updated, deleted atomic.Uint64 // users, applied
	tokens, followed          atomic.Uint64
	statuses                  [ops][600]atomic.Uint64

	mu          sync.Mutex
	calls       uint64
	first       time.Time
	window      window
	active      int
	concurrency int
}

// arrive numbers a call and says how long after the first one it came.
func (t *tally) arrive(op Op) (number uint64, since time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if t.calls == 0 {
		t.first = now
	}
	t.calls++
	t.active++
	t.concurrency = max(t.concurrency, t.active)
	since = now.Sub(t.first)
	if op != Token && op != other {
		t.window.add(since)
	}
	return t.calls, since
}

// leave counts an answer, or with status 0 that there is none.
func (t *tally) leave(op Op, status int) {
	t.statuses[op][status].Add(1)
	t.mu.Lock()
	t.active--
	t.mu.Unlock()
}

// reset forgets everything but the calls that are under way.
func (t *tally) reset() {
	for _, n := range []*atomic.Uint64{&t.created, &t.updated, &t.deleted, &t.tokens, &t.followed} {
		n.Store(0)
	}
	for op := range t.statuses {
		for status := range t.statuses[op] {
			t.statuses[op][status].Store(0)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls, t.window, t.concurrency = 0, window{}, t.active
}

// window knows the most events that lay within one second. It keeps the events of the last second in a ring.
type window struct {
	ring        []time.Duration
	start, held int
	peak        int
}

// add takes an event; events come in the order of time. Two events exactly a second apart do not share a second.
func (w *window) add(at time.Duration) {
	for w.held > 0 && w.ring[w.start] <= at-time.Second {
		w.start = (w.start + 1) % len(w.ring)
		w.held--
	}
	if w.held == len(w.ring) {
		w.grow()
	}
	w.ring[(w.start+w.held)%len(w.ring)] = at
	w.held++
	w.peak = max(w.peak, w.held)
}

func (w *window) grow() {
	ring := make([]time.Duration, max(64, 2*len(w.ring)))
	n := copy(ring, w.ring[w.start:])
	copy(ring[n:], w.ring[:w.start])
	w.ring, w.start = ring, 0
}
