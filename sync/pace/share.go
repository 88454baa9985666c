package pace

import (
	"context"
	"slices"
	"sync"
	"time"
)

// moment is when a call may start, by our clock.
type moment struct{ from, until time.Time }

// past reports whether it is too late, by the wall clock as well: the monotonic clock
// stands still while a machine sleeps.
func (m moment) past(now, wall time.Time) bool {
	return now.After(m.until) || wall.After(m.until.Round(0))
}

// share hands out the moments that this process has reserved of a limit that it shares.
// One caller at a time asks the server, for all that wait without a moment. A moment that
// its caller does not use is the next caller's.
type share struct {
	shared Shared
	limit  Ask
	giveUp time.Duration
	// adopt is called with each answer, and with the error of a server that does not answer.
	adopt func(Answer, error)

	mu        sync.Mutex
	skew      skew
	moments   []moment // earliest first
	margin    margin
	waiting   int // callers without a moment
	asking    bool
	askAt     time.Time // not before
	changed   chan struct{}
	news      News
	lostSince time.Time // zero while the server answers
	known     known
}

// known is what the server said last, which it may lose.
type known struct {
	pausedUntil time.Time
	lowered     float64 // calls per second; 0 if the rate is not lowered
}

func newShare(o Options, adopt func(Answer, error)) *share {
	return &share{shared: o.Shared, giveUp: o.GiveUpAfter, adopt: adopt, changed: make(chan struct{}),
		limit: Ask{PerSecond: o.PerSecond, Burst: o.Burst}, margin: margin{wide: leastMargin(o.PerSecond)}}
}

// take waits for a moment and then calls start, which says whether the call starts. It
// returns false without an error when changed ended the wait.
func (s *share) take(ctx context.Context, changed <-chan struct{}, start func() (bool, error)) (bool, error) {
	for {
		m, ok, err := s.claim(ctx, changed)
		if !ok || err != nil {
			return false, err
		}
		if err := sleep(ctx, time.Until(m.from), changed); err != nil {
			s.giveBack(m)
			return false, err
		}
		now := time.Now()
		if now.Before(m.from) {
			s.giveBack(m)
			return false, nil
		}
		if missed := m.past(now, now.Round(0)); s.judge(missed) {
			continue
		}
		if ok, err = start(); !ok {
			s.giveBack(m)
		}
		return ok, err
	}
}

// claim waits for a moment, and asks for one if no one else does.
func (s *share) claim(ctx context.Context, ended <-chan struct{}) (m moment, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting++
	defer func() { s.waiting-- }()
	for {
		now := time.Now()
		if m, ok = s.next(now); ok {
			return m, true, nil
		}
		if ctx.Err() != nil {
			return m, false, context.Cause(ctx)
		}
		if !s.asking && !now.Before(s.askAt) {
			if err = s.ask(ctx); err != nil {
				return m, false, err
			}
			continue
		}
		if ok, err = s.await(ctx, ended, now); !ok || err != nil {
			return m, false, err
		}
	}
}

// next takes the next moment that is not past.
func (s *share) next(now time.Time) (moment, bool) {
	for len(s.moments) > 0 {
		m := s.moments[0]
		s.moments = s.moments[1:]
		if !m.past(now, now.Round(0)) {
			return m, true
		}
		s.margin.count(true)
	}
	return moment{}, false
}

// await waits until it is worth looking again; ok is false if ended was closed. The
// mutex is free in the meantime.
func (s *share) await(ctx context.Context, ended <-chan struct{}, now time.Time) (ok bool, err error) {
	wait, changed := time.Duration(1<<62), s.changed
	if !s.asking {
		wait = s.askAt.Sub(now)
	}
	s.mu.Unlock()
	defer s.mu.Lock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	case <-ended:
		return false, nil
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	return true, nil
}

// giveBack lets another caller have a moment that was not used.
func (s *share) giveBack(m moment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.moments = slices.Insert(s.moments, 0, m)
	slices.SortStableFunc(s.moments, func(a, b moment) int { return a.from.Compare(b.from) })
	s.wake()
}

// judge counts a moment, and returns whether it was missed.
func (s *share) judge(missed bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.margin.count(missed)
	return missed
}

// wake makes every caller look again that waits for a moment.
func (s *share) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}
