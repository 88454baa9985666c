package sandbox

import (
	"sync"
	"sync/atomic"
	"time"
)

// counters counts calls, answers and users.
type counters struct {
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

// begin numbers a call and returns how long after the first one it arrived.
func (t *counters) begin(op Op) (number uint64, since time.Duration) {
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

// finish counts an answer; status 0 means that there is none.
func (t *counters) finish(op Op, status int) {
	t.statuses[op][status].Add(1)
	t.mu.Lock()
	t.active--
	t.mu.Unlock()
}

// reset forgets everything except the calls in flight.
func (t *counters) reset() {
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

// window finds the most events within one second. It keeps the events of the last second in a ring.
type window struct {
	ring        []time.Duration
	start, held int
	peak        int
}

// add adds an event; events come in the order of time. Two events exactly a second apart do not share a second.
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
