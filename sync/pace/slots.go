package pace

import (
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// The bounds of what Workers finds.
const (
	fewWorkers = 16 // always: a call that waits for its turn costs next to nothing
	// unprovenWorkers are the most until a call was answered: the API may be down, or slow
	// because it cannot take so many calls.
	unprovenWorkers = 128
	// spareWorkers is for what a worker does besides its calls, and for calls that take
	// longer than others.
	spareWorkers = 1.25
	// MostWorkers is the most that Workers finds: beyond that, connections are the limit of
	// many servers.
	MostWorkers = 512
)

// slots are the calls that may be in flight at once, and how many of them are needed.
type slots struct {
	held chan struct{}
	find bool // how many are needed

	mu      sync.Mutex
	began   time.Time     // when the first call started
	latency time.Duration // of late; 0 until a call was answered
	peak    int           // the most that were needed
}

func newSlots(most int, find bool) *slots {
	return &slots{held: make(chan struct{}, most), find: find}
}

func (s *slots) started(now time.Time) {
	if !s.find {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.began.IsZero() {
		s.began = now
	}
}

// ended counts how long a call took, if it was answered: as one in eight of the average, so
// that some calls a second follow an API that becomes slower within seconds. A call that
// failed says nothing, but that waiting for the first answer does not show the latency.
func (s *slots) ended(took time.Duration, answered bool) {
	if !s.find {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !answered && s.latency == 0:
		s.latency = 1
	case answered && s.latency == 0:
		s.latency = max(took, 1)
	case answered:
		s.latency += (took - s.latency) / 8
	}
}

// needed returns how many calls in flight a rate needs: the calls that start while one of
// them takes its time. Until the first is answered, that is the time since it started, and the
// number grows after lasts.
func (s *slots) needed(allowed rate.Limit, now time.Time) (n int, lasts time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n = cap(s.held)
	if s.find {
		n, lasts = s.reckon(allowed, now)
	}
	s.peak = max(s.peak, n)
	return n, lasts
}

func (s *slots) reckon(allowed rate.Limit, now time.Time) (n int, lasts time.Duration) {
	most, latency := min(cap(s.held), MostWorkers), s.latency
	few := min(fewWorkers, most)
	if allowed == rate.Inf {
		return few, 0
	}
	if latency == 0 {
		if most = min(most, unprovenWorkers); !s.began.IsZero() {
			latency = now.Sub(s.began)
		}
		lasts = time.Duration(max(float64(time.Second)/spareWorkers/float64(allowed), float64(time.Millisecond)))
	}
	needed := math.Ceil(spareWorkers * float64(allowed) * latency.Seconds())
	return max(few, int(min(needed, float64(most)))), lasts
}

// Workers returns how many calls should be in flight for the rate to be reached, at most
// Options.MaxInFlight; lasts is when to ask again if no call ends before, or 0.
func (p *Pace) Workers() (n int, lasts time.Duration) {
	p.mu.Lock()
	allowed := p.speed.allowed()
	p.mu.Unlock()
	return p.slots.needed(allowed, time.Now())
}

// MostWorkers returns the most that Workers has returned so far.
func (p *Pace) MostWorkers() int {
	p.slots.mu.Lock()
	defer p.slots.mu.Unlock()
	return max(p.slots.peak, 1)
}
