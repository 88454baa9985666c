package pace

import (
	"fmt"
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

// Observe reads what an answer says about limits. Call it once for every answer
// of the API, before the function that Begin returned.
func (p *Pace) Observe(status int, h http.Header) {
	now := time.Now()
	a := ratelimit.Read(status, h, now)
	throttled := status == http.StatusTooManyRequests
	if status < 400 && (a.Wait > 0 || a.Pace > 0 || a.PerSecond > 0) {
		p.slots.counted(now)
	}
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
		p.speed.spread(now, a)
	}
	if a.Wait > 0 {
		p.speed.tellOthers(News{Pause: a.Wait})
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
		p.report.note(now, Event{What: "paused", For: a.Wait, Why: a.Source})
	}
	p.pausedUntil, p.pausedFor = until, a.Source
	p.waiting.wake()
}

// slow lowers the rate: to what the API grants, if it says so, and otherwise, once for
// all the calls in flight together, to half after a 429 without advice, and by a fifth
// after one that comes soon after a wait that the API asked for. A first wait is enough
// by itself.
func (p *Pace) slow(now time.Time, a ratelimit.Advice, throttled bool) {
	s := &p.speed
	if granted := rate.Limit(a.PerSecond); granted > 0 && granted < s.ceiling {
		s.ceiling, s.target = granted, 0
		s.tellOthers(News{Granted: a.PerSecond})
		if granted < s.now {
			s.lastCut = now
			s.setRate(now, granted, "slowed", "the API grants "+perSecond(granted))
			return
		}
	}
	advised := a.Wait > 0 || a.Pace > 0 && rate.Limit(a.Pace) < s.now
	again := a.Wait > 0 && !p.pausedUntil.IsZero() && !now.Before(p.pausedUntil) && now.Sub(p.pausedUntil) < soon
	switch recent := !s.lastCut.IsZero() && now.Sub(s.lastCut) < cutsApart; {
	case recent || !throttled:
	case again:
		s.cut(now, 0.8, "429 again within 10 s of a wait that the API asked for")
	case !advised && s.now == rate.Inf:
		s.cut(now, 0.5, "429 without a known limit")
	case !advised:
		s.cut(now, 0.5, "429 without advice")
	case s.now == rate.Inf:
		s.peak = max(s.peak, s.measured())
	}
}
