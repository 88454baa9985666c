package pace

import (
	"fmt"
	"math"
	"time"

	"golang.org/x/time/rate"

	"usersync/sync/pace/ratelimit"
)

// speed is the current rate, at or below the ceiling.
type speed struct {
	ceiling   rate.Limit
	now       rate.Limit
	target    rate.Limit // what was measured when an unlimited rate was cut
	peak      rate.Limit // what was measured when an unlimited rate was paused
	window    rate.Limit // what remains of a quota, spread until windowEnds; 0 if nothing is known
	lastCut   time.Time
	lastRaise time.Time

	windowEnds time.Time
	windowTold bool // an event tells of it

	second   time.Time // start of the current second
	inSecond int
	inLast   int

	effects
}

// effects are where a change of the rate has an effect.
type effects struct {
	limiter *rate.Limiter // the tokens
	report  *Report       // what is told of it
	waiting *waiting      // who must look again
	tell    func(News)    // other processes; nil if the limit is not shared
}

func (s *speed) tellOthers(n News) {
	if s.tell != nil {
		s.tell(n)
	}
}

// started counts a call, to measure the rate where there is no ceiling.
func (s *speed) started(now time.Time) {
	if now.Sub(s.second) >= time.Second {
		s.inLast = s.inSecond
		if now.Sub(s.second) >= 2*time.Second {
			s.inLast = 0
		}
		s.second, s.inSecond = now, 0
	}
	s.inSecond++
}

// measured returns the number of calls in the last full second, or in this one if
// there were more. It has a minimum, because the run may just have begun.
func (s *speed) measured() rate.Limit {
	const harmless = 10
	return max(rate.Limit(max(s.inSecond, s.inLast)), harmless)
}

// cut lowers the rate to a part of what it is or, if it is unlimited, of what was
// measured.
func (s *speed) cut(now time.Time, part rate.Limit, why string) {
	from := s.now
	if from == rate.Inf {
		s.target = max(s.peak, s.measured())
		from, s.peak = s.target, 0
	}
	s.lastCut = now
	s.tellOthers(News{Cut: float64(part)})
	s.setRate(now, min(max(part*from, slowest), from), "slowed", why)
}

// spread makes what remains of a quota last until its window ends.
func (s *speed) spread(now time.Time, a ratelimit.Advice) {
	window := max(rate.Limit(a.Pace), slowest)
	if window >= s.now {
		window = 0
	}
	s.windowEnds = now.Add(a.PaceEnds)
	s.tellOthers(News{Quota: float64(window), QuotaFor: a.PaceEnds})
	if window == s.window || window > 0 && s.window > 0 && math.Abs(float64(window/s.window-1)) < 0.05 {
		return // the rate would hardly change
	}
	s.window = window
	s.setLimit(s.now)
	if window == 0 {
		return
	}
	s.report.lowest(window)
	if !s.windowTold {
		s.windowTold = true
		s.report.note(now, Event{What: "slowed", PerSecond: float64(window), Why: fmt.Sprintf("RateLimit: %.0f requests left for %s", a.Pace*a.PaceEnds.Seconds(), a.PaceEnds)})
	}
}

// endWindow gives the rate back that a quota had lowered, when its window has ended.
func (s *speed) endWindow(now time.Time) {
	if s.window > 0 && !now.Before(s.windowEnds) {
		s.window = 0
		s.setLimit(s.now)
	}
}

// regain raises the rate step by step while calls succeed.
func (s *speed) regain(now time.Time) {
	if s.now >= s.ceiling || now.Sub(s.lastCut) < cutsApart || now.Sub(s.lastRaise) < time.Second {
		return
	}
	s.lastRaise = now
	if s.tell != nil { // the rate is raised for all together
		s.tell(News{Well: true})
		return
	}
	goal := s.ceiling
	if goal == rate.Inf {
		goal = 2 * s.target
	}
	next := s.now + goal/recoverSteps
	if next >= goal {
		s.setRate(now, s.ceiling, "recovered", "calls succeed again")
		return
	}
	s.setLimit(next)
}

// setLimit changes the rate at once: callers that wait for a token start over.
func (s *speed) setLimit(r rate.Limit) {
	s.now = r
	s.limiter.SetLimit(s.allowed())
	s.waiting.wake()
}

// allowed returns the rate in force.
func (s *speed) allowed() rate.Limit {
	if s.window > 0 {
		return min(s.now, s.window)
	}
	return s.now
}

func (s *speed) setRate(now time.Time, r rate.Limit, what, why string) {
	s.setLimit(r)
	e := Event{What: what, Why: why}
	if r != rate.Inf {
		e.PerSecond = float64(r)
		s.report.lowest(r)
	}
	s.report.note(now, e)
}

func perSecond(r rate.Limit) string { return fmt.Sprintf("%.3g calls/s", float64(r)) }
