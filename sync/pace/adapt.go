package pace

import (
	"fmt"
	"math"
	"net/http"
	"time"
	"usersync/sync/pace/ratelimit"

	"golang.org/x/time/rate"
)

const (
	slowest      = rate.Limit(0.1)  // a call every ten seconds still notices when throttling ends
	soon         = 10 * time.Second // a 429 so soon after a wait says that the rate is too high, too
	cutsApart    = time.Second      // calls already in flight get the same 429
	recoverSteps = 20               // from zero to the ceiling in that many seconds
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
	a := ratelimit.Read(status, h, now)
	throttled := status == http.StatusTooManyRequests
	if a.Wait == 0 && a.Pace == 0 && !throttled {
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
	if a.Wait > 0 || throttled {
		p.slow(now, a, throttled)
	}
	if a.Pace > 0 {
		p.spread(now, a)
	}
	if a.Wait > 0 {
		p.pause(now, a)
	}
}

// pause makes every caller wait, or stops if the wait is too long.
func (p *Pace) pause(now time.Time, a ratelimit.Advice) {
	until := now.Add(a.Wait)
	if !until.After(p.pausedUntil) {
		return
	}
	if a.Wait > p.options.MaxWait {
		p.halt(fmt.Errorf("%w: %s asks to wait %s, until %s", ErrTooLong, a.Source,
			a.Wait.Round(time.Second), until.UTC().Format(time.RFC3339)), now)
		return
	}
	if end := p.options.Until; !end.IsZero() && until.After(end) {
		p.halt(fmt.Errorf("%w: %s asks to wait %s, until %s", ErrTooLate, a.Source,
			a.Wait.Round(time.Second), until.UTC().Format(time.RFC3339)), now)
		return
	}
	if !p.pausedUntil.After(now) || until.Sub(p.pausedUntil) > cutsApart {
		p.note(now, Event{What: "paused", For: a.Wait, Why: a.Source})
	}
	p.pausedUntil, p.pausedFor = until, a.Source
	p.wake()
}

// slow lowers the rate: to what the API grants, if it says so, and otherwise, once for
// all the calls in flight together, to half after a 429 without advice, and by a fifth
// after one that comes soon after a wait that the API asked for. A first wait is enough
// by itself.
func (p *Pace) slow(now time.Time, a ratelimit.Advice, throttled bool) {
	s := &p.speed
	if granted := rate.Limit(a.PerSecond); granted > 0 && granted < s.ceiling {
		s.ceiling, s.target = granted, 0
		if granted < s.now {
			s.lastCut = now
			p.setRate(now, granted, "slowed", "the API grants "+perSecond(granted))
			return
		}
	}
	advised := a.Wait > 0 || a.Pace > 0 && rate.Limit(a.Pace) < s.now
	again := a.Wait > 0 && !p.pausedUntil.IsZero() && !now.Before(p.pausedUntil) && now.Sub(p.pausedUntil) < soon
	switch recent := !s.lastCut.IsZero() && now.Sub(s.lastCut) < cutsApart; {
	case recent || !throttled:
	case again:
		p.cut(now, 0.8, "429 again within 10 s of a wait that the API asked for")
	case !advised && s.now == rate.Inf:
		p.cut(now, 0.5, "429 without a known limit")
	case !advised:
		p.cut(now, 0.5, "429 without advice")
	case s.now == rate.Inf:
		s.peak = max(s.peak, s.measured())
	}
}

// cut lowers the rate to a part of what it is or, if it is unlimited, of what was
// measured.
func (p *Pace) cut(now time.Time, part rate.Limit, why string) {
	s := &p.speed
	from := s.now
	if from == rate.Inf {
		s.target = max(s.peak, s.measured())
		from, s.peak = s.target, 0
	}
	s.lastCut = now
	p.setRate(now, min(max(part*from, slowest), from), "slowed", why)
}

// spread makes what remains of a quota last until its window ends.
func (p *Pace) spread(now time.Time, a ratelimit.Advice) {
	s := &p.speed
	window := max(rate.Limit(a.Pace), slowest)
	if window >= s.now {
		window = 0
	}
	s.windowEnds = now.Add(a.PaceEnds)
	if window == s.window || window > 0 && s.window > 0 && math.Abs(float64(window/s.window-1)) < 0.05 {
		return // the rate would hardly change
	}
	s.window = window
	p.setLimit(s.now)
	if window == 0 {
		return
	}
	p.lowest(window)
	if !s.windowTold {
		s.windowTold = true
		p.note(now, Event{What: "slowed", PerSecond: float64(window), Why: fmt.Sprintf("RateLimit: %.0f requests left for %s", a.Pace*a.PaceEnds.Seconds(), a.PaceEnds)})
	}
}

// endWindow gives the rate back that a quota had lowered, when its window has ended.
func (p *Pace) endWindow(now time.Time) {
	if p.speed.window > 0 && !now.Before(p.speed.windowEnds) {
		p.speed.window = 0
		p.setLimit(p.speed.now)
	}
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
	if w := p.speed.window; w > 0 {
		r = min(r, w)
	}
	p.tokens.limiter.SetLimit(r)
	p.wake()
}

func (p *Pace) setRate(now time.Time, r rate.Limit, what, why string) {
	p.setLimit(r)
	e := Event{What: what, Why: why}
	if r != rate.Inf {
		e.PerSecond = float64(r)
		p.lowest(r)
	}
	p.note(now, e)
}

func (p *Pace) lowest(r rate.Limit) {
	if p.report.Lowest == 0 || float64(r) < p.report.Lowest {
		p.report.Lowest = float64(r)
	}
}

func perSecond(r rate.Limit) string { return fmt.Sprintf("%.3g calls/s", float64(r)) }
