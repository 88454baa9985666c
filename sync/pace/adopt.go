package pace

import (
	"errors"
	"time"

	"golang.org/x/time/rate"

	"usersync/sync/pace/ratelimit"
)

// toldToAnother is the source of a wait that this process was not asked for itself.
const toldToAnother = "the API (told to another process)"

// adopted is what this process knows of the limit that it shares.
type adopted struct {
	lostSince time.Time // the server does not answer; zero if it does
	fallen    bool      // Redis should count the calls, and does not
}

// adopt follows what other processes were told, and tells of a server that does not
// answer.
func (p *Pace) adopt(a Answer, err error) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop != nil || p.limitIsLost(now, err) {
		return
	}
	if a.Fallen && !p.adopted.fallen {
		p.report.note(now, Event{What: "paused", Why: "Redis does not answer; the ledger's database counts the calls for the rest of the run"})
	}
	p.adopted.fallen = a.Fallen
	if a.Pause > 0 && now.Add(a.Pause).Sub(p.pausedUntil) > cutsApart {
		p.pause(now, ratelimit.Advice{Wait: a.Pause, Source: toldToAnother})
	}
	p.speed.adopt(now, rate.Limit(a.PerSecond), rate.Limit(p.options.PerSecond))
}

// limitIsLost reports whether the server does not answer, and notes when that begins and
// ends.
func (p *Pace) limitIsLost(now time.Time, err error) bool {
	since := p.adopted.lostSince
	switch {
	case err != nil && since.IsZero():
		p.adopted.lostSince = now
		p.report.note(now, Event{What: "paused", Why: "the limit that the processes share does not answer: " + err.Error()})
	case err == nil && !since.IsZero():
		p.adopted.lostSince = time.Time{}
		p.report.note(now, Event{What: "up", Why: "the limit that the processes share answers again, after " + now.Sub(since).Round(time.Millisecond).String()})
	}
	return err != nil
}

// adopt takes over the rate in force over all processes.
func (s *speed) adopt(now time.Time, in, ceiling rate.Limit) {
	const same = 0.001
	switch {
	case in < s.now*(1-same):
		s.setRate(now, in, "slowed", toldToAnother)
	case in > s.now && in >= ceiling:
		s.ceiling = ceiling
		s.setRate(now, in, "recovered", "calls succeed again")
	case in > s.now*(1+same):
		s.setLimit(in)
	}
}

// haltWithoutLimit stops all further calls if err says that the shared limit is out of
// reach for too long.
func (p *Pace) haltWithoutLimit(err error) {
	if !errors.Is(err, ErrNoLimit) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop == nil {
		p.halt(err, time.Now())
	}
}
