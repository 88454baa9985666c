package telemetry

import (
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"usersync/sync/user"
)

// Stats is an Observer that keeps bounded statistics: latency by kind of call, how the run
// went over time, and what time was spent on. Its methods are safe for concurrent use, and
// do nothing on a nil *Stats.
type Stats struct {
	mu       sync.Mutex
	latency  map[string]*Histogram
	repeats  map[string]int
	spent    Spent
	timeline Timeline
	outcomes map[user.Status]int
}

// NewStats returns statistics of a run that begins now.
func NewStats() *Stats {
	return &Stats{
		latency: map[string]*Histogram{}, repeats: map[string]int{}, outcomes: map[user.Status]int{},
		timeline: Timeline{Start: time.Now(), Width: time.Second},
	}
}

// Called counts a call.
func (s *Stats) Called(c *Call) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.latency[c.Kind]
	if h == nil {
		h = &Histogram{}
		s.latency[c.Kind] = h
	}
	h.Add(c.Wire)
	if c.Repeat {
		s.repeats[c.Kind]++
	}
	s.spent.plus(&c.Waits)
	p := s.timeline.at(c.Began)
	p.Calls++
	p.limited(c.Limit)
	if c.Result == "ok" {
		s.spent.Add(Answer, c.Wire)
		return
	}
	s.spent.Add(Failure, c.Wire)
	p.Failed++
	if c.Status == http.StatusTooManyRequests {
		p.Throttled++
	}
}

// Waited adds waits after which no call was made.
func (s *Stats) Waited(waits Spent) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spent.plus(&waits)
}

// Add adds time that was spent on a cause since it began.
func (s *Stats) Add(c Cause, began time.Time) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spent.Add(c, time.Since(began))
}

// Settled counts outcomes, except those that are not final.
func (s *Stats) Settled(outcomes []user.Outcome) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.timeline.at(time.Now())
	for i := 0; i < len(outcomes); {
		status, from := outcomes[i].Status, i
		for i < len(outcomes) && outcomes[i].Status == status { // usually the same for all
			i++
		}
		if status.Final() {
			p.settled(status, i-from)
			s.outcomes[status] += i - from
		}
	}
}

// Latency returns how long calls were on the wire, by their kind.
func (s *Stats) Latency() map[string]Histogram {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[string]Histogram, len(s.latency))
	for kind, h := range s.latency {
		all[kind] = *h
	}
	return all
}

// Repeats returns how many calls repeated others, by their kind.
func (s *Stats) Repeats() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.repeats)
}

// Spent returns what time was spent on, added up over all workers.
func (s *Stats) Spent() Spent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spent
}

// Outcomes returns how many records Settled was told of, by outcome.
func (s *Stats) Outcomes() map[user.Status]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.outcomes)
}

// Timeline returns how the run went so far.
func (s *Stats) Timeline() Timeline {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.timeline
	t.Points = slices.Clone(t.Points)
	for i := range t.Points {
		t.Points[i].Outcomes = maps.Clone(t.Points[i].Outcomes)
	}
	return t
}
