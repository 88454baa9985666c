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
	// because it cannot take so many calls. 500 calls a second that take half a second each
	// need 250, and would lose what they cannot start at first: the rate is no higher later.
	unprovenWorkers = 256
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

	mu         sync.Mutex
	began      time.Time     // when the first call started
	latency    time.Duration // of late; 0 until a call was answered
	peak       int           // the most that were needed
	congestion *congestion   // nil if there is a rate, or nothing to find
	barred     int           // held so that no call can: fewer than most may be in flight
}

func newSlots(most int, find bool, ceiling rate.Limit) *slots {
	if !find || ceiling != rate.Inf {
		return &slots{held: make(chan struct{}, most), find: find}
	}
	most = min(most, MostUnlimited)
	s := &slots{held: make(chan struct{}, most), find: find, congestion: newCongestion(most)}
	for s.barred < most-s.congestion.limit {
		s.held <- struct{}{}
		s.barred++
	}
	return s
}

// free gives a slot back, unless fewer calls may be in flight than before.
func (s *slots) free() {
	if s.congestion != nil && s.bar() {
		return
	}
	<-s.held
}

func (s *slots) bar() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.barred >= cap(s.held)-s.congestion.limit {
		return false
	}
	s.barred++
	return true
}

func (s *slots) started(now time.Time) {
	if !s.find {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.began.IsZero() {
		s.began = now
		if s.congestion != nil {
			s.congestion.began = now
		}
	}
}

// ended counts how long a call took, if it was answered: as one in eight of the average, so
// that some calls a second follow an API that becomes slower within seconds. A call that
// failed says nothing, but that waiting for the first answer does not show the latency.
func (s *slots) ended(began time.Time, took time.Duration, answered bool) {
	if !s.find {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.congestion != nil {
		s.congestion.ended(began, took, answered)
	}
	switch {
	case !answered && s.latency == 0:
		s.latency = 1
	case answered && s.latency == 0:
		s.latency = max(took, 1)
	case answered:
		s.latency += (took - s.latency) / 8
	}
}

// counted is told that the API counts its calls, or asks for fewer of them.
func (s *slots) counted(now time.Time) {
	if s.congestion == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.congestion.keep(now)
}

// needed returns how many calls in flight a rate needs: the calls that start while one of
// them takes its time. Until the first is answered, that is the time since it started, and the
// number grows after lasts. Without a rate that is how many the API works on; with steady, no
// more of them are tried.
func (s *slots) needed(allowed rate.Limit, now time.Time, steady bool) (n int, lasts time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n = cap(s.held)
	if s.congestion != nil {
		n = s.uncongested(now, steady)
	}
	if s.find && allowed != rate.Inf {
		n, lasts = s.reckon(allowed, now, n)
	}
	s.peak = max(s.peak, n)
	return n, lasts
}

// uncongested returns how many calls the API works on, and makes that many slots free.
func (s *slots) uncongested(now time.Time, steady bool) int {
	c := s.congestion
	if steady {
		c.period = period{began: now}
	}
	c.judge(now)
	for s.barred > cap(s.held)-c.limit {
		<-s.held
		s.barred--
	}
	return c.limit
}

func (s *slots) reckon(allowed rate.Limit, now time.Time, most int) (n int, lasts time.Duration) {
	most, latency := min(most, MostWorkers), s.latency
	if latency == 0 {
		if most = min(most, unprovenWorkers); !s.began.IsZero() {
			latency = now.Sub(s.began)
		}
		lasts = time.Duration(max(float64(time.Second)/spareWorkers/float64(allowed), float64(time.Millisecond)))
	}
	needed := math.Ceil(spareWorkers * float64(allowed) * latency.Seconds())
	return max(min(fewWorkers, most), int(min(needed, float64(most)))), lasts
}

// Workers returns how many calls should be in flight for the rate to be reached or, without
// a rate, how many the API works on at the same time; at most Options.MaxInFlight. lasts is
// when to ask again if no call ends before, or 0.
func (p *Pace) Workers() (n int, lasts time.Duration) { return p.workers(false) }

// CanaryWorkers returns what Workers does, but does not try whether the API works on more
// calls than before.
func (p *Pace) CanaryWorkers() (n int, lasts time.Duration) { return p.workers(true) }

func (p *Pace) workers(steady bool) (n int, lasts time.Duration) {
	p.mu.Lock()
	allowed := p.speed.allowed()
	p.mu.Unlock()
	return p.slots.needed(allowed, time.Now(), steady)
}

// MostWorkers returns the most that Workers has returned so far.
func (p *Pace) MostWorkers() int {
	p.slots.mu.Lock()
	defer p.slots.mu.Unlock()
	return max(p.slots.peak, 1)
}
