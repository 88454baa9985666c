package pace

import (
	"fmt"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

const (
	slowest      = rate.Limit(0.1) // a call every ten seconds still notices when throttling ends
	cutsApart    = time.Second     // calls already in flight get the same 429
	recoverSteps = 20              // from zero to the ceiling in that many seconds
)

// speed is the current rate, at or below the ceiling.
type speed struct {
	ceiling   rate.Limit
	now       rate.Limit
	target    rate.Limit // what was measured when an unlimited rate was cut
	lastCut   time.Time
	lastRaise time.Time

	second   time.Time // start of the current second
	inSecond int
	inLast   int
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

// Observe reads what an answer says about limits. Call it once for every answer
// of the API, before the function that Begin returned.
func (p *Pace) Observe(status int, h http.Header) {
	now := time.Now()
	a := readAdvice(status, h, now)
	throttled := status == http.StatusTooManyRequests
	if a.wait == 0 && !throttled {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if throttled {
		p.report.Throttled++
	}
	if p.stop != nil {
		return // calls in flight still come back
	}
	p.slow(now, a, throttled)
	if a.wait > 0 {
		p.pause(now, a)
	}
}

// pause makes every caller wait, or stops if the wait is too long.
func (p *Pace) pause(now time.Time, a advice) {
	until := now.Add(a.wait)
	if !until.After(p.pausedUntil) {
		return
	}
	if a.wait > p.options.MaxWait {
		p.halt(fmt.Errorf("%w: %s asks to wait %s, until %s", ErrTooLong, a.source,
			a.wait.Round(time.Second), until.UTC().Format(time.RFC3339)), now)
		return
	}
	if end := p.options.Until; !end.IsZero() && until.After(end) {
		p.halt(fmt.Errorf("%w: %s asks to wait %s, until %s", ErrTooLate, a.source,
			a.wait.Round(time.Second), until.UTC().Format(time.RFC3339)), now)
		return
	}
	if until.Sub(p.pausedUntil) > cutsApart {
		p.note(now, Event{What: "paused", For: a.wait, Why: a.source})
	}
	p.pausedUntil, p.pausedFor = until, a.source
	p.wake()
}

// slow lowers the rate: to what the API grants, if it says so, and otherwise to
// half, once for all the calls in flight together. Where there is a ceiling, a
// wait that the API asks for is enough by itself.
func (p *Pace) slow(now time.Time, a advice, throttled bool) {
	s := &p.speed
	if granted := rate.Limit(a.perSecond); granted > 0 && granted < s.ceiling {
		s.ceiling, s.target = granted, 0
		if granted < s.now {
			s.lastCut = now
			p.setRate(now, granted, "slowed", "the API grants "+perSecond(granted))
			return
		}
	}
	recent := !s.lastCut.IsZero() && now.Sub(s.lastCut) < cutsApart
	switch {
	case recent || !throttled || a.wait > 0 && s.ceiling != rate.Inf:
		return
	case s.now == rate.Inf:
		s.target = s.measured()
		p.setRate(now, max(s.target/2, slowest), "slowed", "429 without a known limit")
	default:
		p.setRate(now, min(max(s.now/2, slowest), s.now), "slowed", "429 without advice")
	}
	s.lastCut = now
}

// regain raises the rate step by step while calls succeed.
func (p *Pace) regain(now time.Time) {
	s := &p.speed
	if s.now >= s.ceiling || now.Sub(s.lastCut) < cutsApart || now.Sub(s.lastRaise) < time.Second {
		return
	}
	s.lastRaise = now
	goal := s.ceiling
	if goal == rate.Inf {
		goal = 2 * s.target
	}
	next := s.now + goal/recoverSteps
	if next >= goal {
		p.setRate(now, s.ceiling, "recovered", "calls succeed again")
		return
	}
	p.setLimit(next)
}

// setLimit changes the rate at once: callers that wait for a token start over.
func (p *Pace) setLimit(r rate.Limit) {
	p.speed.now = r
	p.tokens.limiter.SetLimit(r)
	p.wake()
}

func (p *Pace) setRate(now time.Time, r rate.Limit, what, why string) {
	p.setLimit(r)
	e := Event{What: what, Why: why}
	if r != rate.Inf {
		e.PerSecond = float64(r)
		if p.report.Lowest == 0 || e.PerSecond < p.report.Lowest {
			p.report.Lowest = e.PerSecond
		}
	}
	p.note(now, e)
}

func perSecond(r rate.Limit) string { return fmt.Sprintf("%.3g calls/s", float64(r)) }
