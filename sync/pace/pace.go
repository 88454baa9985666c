// Package pace says when the next call may start. It keeps calls below a
// ceiling, waits when the API asks for it, slows down when the API says "too
// many" without saying for how long, and stops sending while the API is down.
//
// It knows HTTP's headers about limits, and no particular API. It sends nothing
// itself. Start at Begin.
package pace

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// The reasons why Begin refuses every further call.
var (
	ErrGaveUp  = errors.New("the API has not answered")
	ErrTooLong = errors.New("the API asks to wait longer than allowed")
	ErrTooLate = errors.New("the API asks to wait beyond the end of the time budget")
)

// Options are the limits of a Pace. The zero value means: no ceiling, one call
// at a time, wait at most 15 minutes, give up after 10.
type Options struct {
	PerSecond   float64 // most calls to start per second; 0 is unlimited
	Burst       int     // calls that may start at once; at least 1
	MaxInFlight int     // calls in flight at once; at least 1
	// FindInFlight has Workers find how many calls must be in flight for the rate to be
	// reached or, without a rate, how many the API works on: then no more than that are in
	// flight. Otherwise that is MaxInFlight.
	FindInFlight bool
	MaxWait      time.Duration // longest wait that the API may ask for
	GiveUpAfter  time.Duration // longest time without an answer
	Until        time.Time     // a wait that would end after this is not begun; zero is no limit
	// Shared makes PerSecond and Burst, and what the API asks for, apply to all processes
	// that share it together. It does nothing without a ceiling; nil shares with no one.
	Shared Shared
}

func (o Options) withDefaults() Options {
	if o.MaxWait == 0 {
		o.MaxWait = 15 * time.Minute // after that, a person or the next night is better
	}
	if o.GiveUpAfter == 0 {
		o.GiveUpAfter = 10 * time.Minute // most restarts and failovers are over by then
	}
	o.Burst, o.MaxInFlight = max(o.Burst, 1), max(o.MaxInFlight, 1)
	return o
}

// Pace admits calls. Its methods are safe for concurrent use; a wait that the API
// asks of one caller applies to all.
type Pace struct {
	options Options
	slots   *slots
	tokens  tokens
	share   *share // instead of tokens, if the limit is shared

	mu          sync.Mutex
	waiting     waiting
	stop        error // once set, no call starts
	pausedUntil time.Time
	pausedFor   string
	breaker     breaker
	speed       speed
	answered    uint64
	lastStatus  int // of the last call that failed; 0 if it had no answer
	report      Report
	adopted     adopted
}

// New returns a Pace with the given limits.
func New(o Options) *Pace {
	o = o.withDefaults()
	ceiling := rate.Inf
	if o.PerSecond > 0 {
		ceiling = rate.Limit(o.PerSecond)
	}
	p := &Pace{
		options: o,
		slots:   newSlots(o.MaxInFlight, o.FindInFlight, ceiling),
		tokens:  newTokens(ceiling, o.Burst),
		waiting: waiting{changed: make(chan struct{})},
		breaker: newBreaker(),
		report:  Report{Ceiling: o.PerSecond, Lowest: o.PerSecond},
	}
	p.speed = speed{ceiling: ceiling, now: ceiling, effects: effects{limiter: p.tokens.limiter, report: &p.report, waiting: &p.waiting}}
	if o.Shared != nil && o.PerSecond > 0 {
		p.share = newShare(o, p.adopt)
		p.speed.tell = p.share.tell
	}
	return p
}

// Begin waits until a call may start: until a slot and a token are free, no pause
// applies and the API is not down. The caller makes one call at once and then
// calls end exactly once, with the status of the answer (0 if none came, -1 if the call was not
// made after all, -2 if the caller ended it before its answer) and whether the API gave a
// definite answer.
//
// The error is the cause of ctx, or wraps ErrGaveUp, ErrTooLong, ErrTooLate or
// ErrNoLimit. No call may be made after it, now or later.
func (p *Pace) Begin(ctx context.Context) (end func(status int, answered bool), err error) {
	turn := turnOf(ctx)
	if err := p.takeSlot(ctx, turn); err != nil {
		return nil, err
	}
	probe, err := p.admit(ctx, turn)
	if err != nil {
		p.slots.free()
		return nil, err
	}
	began := time.Now()
	p.slots.started(began)
	return func(status int, answered bool) {
		switch now := time.Now(); {
		case status == notMade:
			p.unmade(probe)
		case status < 0: // it says nothing about the API
			p.abandonProbe(probe)
		default:
			p.ended(now, status, answered, probe)
			p.slots.ended(began, now.Sub(began), answered)
		}
		if p.share != nil {
			p.share.tellNow(ctx)
		}
		p.slots.free()
	}, nil
}

const notMade = -1

// Answered returns how many calls got a definite answer so far.
func (p *Pace) Answered() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.answered
}

// giveUp stops all further calls, because none succeeds.
func (p *Pace) giveUp(now time.Time) {
	since := p.breaker.failingFor(now).Round(time.Second)
	err := fmt.Errorf("%w for %s", ErrGaveUp, since)
	if p.lastStatus > 0 {
		err = turnedAway(fmt.Sprintf("no call got through for %s; the API answered the last one with %d", since, p.lastStatus))
	}
	p.halt(err, now)
}

// turnedAway is an ErrGaveUp about an API that answers.
type turnedAway string

func (e turnedAway) Error() string { return string(e) }

func (turnedAway) Unwrap() error { return ErrGaveUp }

// start counts the call that is about to be made, unless the run ended or
// something changed. It must check, because select picks any of the channels that
// are ready.
func (p *Pace) start(ctx context.Context, now time.Time, changed chan struct{}) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ctx.Err() != nil {
		return false, context.Cause(ctx)
	}
	if p.waiting.changed != changed {
		return false, nil
	}
	p.report.Calls++
	p.speed.started(now)
	return true, nil
}

// unmade forgets a call that was admitted and not made. Its token is spent.
func (p *Pace) unmade(probe bool) {
	p.mu.Lock()
	p.report.Calls--
	p.mu.Unlock()
	p.abandonProbe(probe)
}

// ended records how a call ended.
func (p *Pace) ended(now time.Time, status int, answered, probe bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if answered {
		p.answered++
		if since, was := p.breaker.succeeded(); was {
			p.report.note(now, Event{What: "up", Why: "the API answers again, after " + now.Sub(since).Round(time.Millisecond).String()})
			p.waiting.wake()
		}
		p.speed.regain(now)
		return
	}
	p.lastStatus = status
	opened := p.breaker.failed(now, probe, status == http.StatusTooManyRequests)
	if opened {
		p.report.note(now, Event{What: "down", Why: fmt.Sprintf("%d calls in a row failed, the last with %s", faultsInARow, statusText(status))})
	}
	if p.stop == nil && p.breaker.failingFor(now) >= p.options.GiveUpAfter {
		p.giveUp(now)
	}
	if opened || probe {
		p.waiting.wake()
	}
}

func (p *Pace) abandonProbe(yes bool) {
	if !yes {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breaker.probing = false
	p.waiting.wake()
}

// halt stops all further calls.
func (p *Pace) halt(err error, now time.Time) {
	p.stop = err
	p.report.note(now, Event{What: "stopped", Why: err.Error()})
	p.waiting.wake()
}

func statusText(status int) string {
	switch {
	case status == 0:
		return "no answer"
	case status < 300:
		return "an answer that cannot be read"
	}
	return fmt.Sprintf("status %d", status)
}
