package pace_test

import (
	"context"
	"sync"
	"time"

	"usersync/sync/pace"
)

// together is a limit in a server that the test controls. It spaces calls evenly, and
// forgets what is reserved only if the test says so.
type together struct {
	mu      sync.Mutex
	trip    func() time.Duration // how long a question or an answer travels
	ahead   time.Duration        // of its clock before ours
	due     time.Time
	paused  time.Time
	force   float64
	fallen  bool
	down    error
	asked   []pace.Ask
	told    pace.News // by the last question
	cut     float64
	granted int
}

func (s *together) Reserve(_ context.Context, a pace.Ask) (pace.Answer, error) {
	s.travel()
	defer s.travel()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked = append(s.asked, a); s.down != nil {
		return pace.Answer{}, s.down
	}
	now := time.Now().Add(s.ahead)
	if s.paused = later(s.paused, now); a.Pause > 0 {
		s.paused = later(s.paused, now.Add(a.Pause))
	}
	if s.told = a.News; a.Cut > 0 {
		s.cut, s.force = a.Cut, a.PerSecond*a.Cut
	}
	base := s.paused
	if a.Lost {
		base = later(base, now.Add(pace.Ahead+time.Duration(float64(a.Burst)/a.PerSecond*float64(time.Second))))
	}
	grace := max(a.Margin.Seconds(), 1/a.PerSecond)
	answer := pace.Answer{Now: now, Grace: time.Duration(grace * float64(time.Second)), Pause: s.paused.Sub(now), PerSecond: a.PerSecond, Fallen: s.fallen}
	if s.force > 0 {
		answer.PerSecond = s.force
	}
	apart := time.Duration(max(1/answer.PerSecond, (1+grace)/(a.PerSecond+1)) * float64(time.Second))
	for s.due = later(s.due, base); len(answer.At) < a.Calls && s.due.Sub(now) <= pace.Ahead; s.due = s.due.Add(apart) {
		answer.At = append(answer.At, s.due)
	}
	s.granted += len(answer.At)
	answer.Next = s.due
	return answer, nil
}

func (s *together) travel() {
	if s.trip != nil {
		time.Sleep(s.trip())
	}
}

func (s *together) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// processes starts n calls from each of some processes, and returns when all started.
func processes(s *together, o pace.Options, count, n int, latency time.Duration) *starts {
	all := new(starts)
	var group sync.WaitGroup
	o.Shared = s
	for range count {
		group.Go(func() {
			some := work(pace.New(o), o.MaxInFlight, n, lasting(latency), well)
			all.mu.Lock()
			defer all.mu.Unlock()
			all.at = append(all.at, some.at...)
		})
	}
	group.Wait()
	all.sort()
	return all
}
