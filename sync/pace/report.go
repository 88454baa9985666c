package pace

import (
	"fmt"
	"slices"
	"time"

	"golang.org/x/time/rate"
)

// Report says what a Pace did and why.
type Report struct {
	Ceiling   float64 // calls per second; 0 is unlimited
	Lowest    float64 // the lowest rate used, in calls per second; 0 if never limited
	Calls     int     // calls admitted
	Throttled int     // answers with status 429
	Events    []Event // the first 100
	Left      int     // further events, not in Events
}

// Event is one thing that a Pace did.
type Event struct {
	At        time.Time
	What      string // paused, slowed, recovered, down, up, stopped
	Why       string
	For       time.Duration // how long; 0 if that does not apply
	PerSecond float64       // calls per second from then on; 0 if unchanged or unlimited
}

const maxEvents = 100

// note keeps an event, if there are not too many.
func (r *Report) note(now time.Time, e Event) {
	if len(r.Events) >= maxEvents {
		r.Left++
		return
	}
	e.At = now
	r.Events = append(r.Events, e)
}

// lowest keeps the rate, if it is the lowest so far.
func (r *Report) lowest(now rate.Limit) {
	if r.Lowest == 0 || float64(now) < r.Lowest {
		r.Lowest = float64(now)
	}
}

// Report returns what was done so far. The caller owns it.
func (p *Pace) Report() Report {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.report
	r.Events = slices.Clone(r.Events)
	return r
}

// Note says in a few words why no call starts at the moment; it is empty when only
// the rate holds calls back.
func (p *Pace) Note() string {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.stop != nil:
		return "stopping: " + p.stop.Error()
	case p.pausedUntil.After(now):
		return fmt.Sprintf("paused for %s more: %s", p.pausedUntil.Sub(now).Round(time.Second), p.pausedFor)
	case !p.adopted.lostSince.IsZero():
		return fmt.Sprintf("the limit that the processes share has not answered for %s", now.Sub(p.adopted.lostSince).Round(time.Second))
	case p.breaker.down:
		wait := max(p.breaker.nextProbe.Sub(now), 0).Round(time.Second)
		return fmt.Sprintf("the API has been down since %s, next try in %s", p.breaker.failingSince.UTC().Format(time.TimeOnly), wait)
	}
	return ""
}
