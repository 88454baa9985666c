package pace

import (
	"time"

	"github.com/cenkalti/backoff/v5"
)

// faultsInARow is how many calls must fail in a row before the API counts as
// down: more than one unlucky batch with its retries, less than the calls of a
// second.
const faultsInARow = 10

// breaker is a circuit breaker. While the API is down it admits single probes,
// one at a time and increasingly far apart, up to a minute.
type breaker struct {
	faults       int
	failingSince time.Time // the first failure since a call succeeded; zero if none
	down         bool
	probing      bool
	nextProbe    time.Time
	waits        *backoff.ExponentialBackOff
}

func newBreaker() breaker {
	return breaker{waits: &backoff.ExponentialBackOff{
		InitialInterval: time.Second, Multiplier: 2, MaxInterval: 50 * time.Second, RandomizationFactor: 0.2, // at most a minute
	}}
}

// failingFor returns for how long every call has failed.
func (g *breaker) failingFor(now time.Time) time.Duration {
	if g.failingSince.IsZero() {
		return 0
	}
	return now.Sub(g.failingSince)
}

// admit says how long to wait before asking again; 0 admits the call, as a probe
// if the API is down. over means that the next probe would come too late. A probe
// that is due is admitted however late it is: the API itself may have asked for
// the wait, and only its answer can tell.
func (g *breaker) admit(now time.Time, giveUpAfter time.Duration) (wait time.Duration, probe, over bool) {
	if !g.down {
		return 0, false, false
	}
	if g.probing {
		return giveUpAfter, false, false // the probe wakes the others
	}
	if wait = g.nextProbe.Sub(now); wait > 0 {
		left := giveUpAfter - g.failingFor(now)
		return min(wait, left), false, left <= 0
	}
	g.probing = true
	return 0, true, false
}

// failed counts a failed call, and reports whether the breaker opened with it. A
// throttled call shows that the API is there, so it does not open the breaker, but
// it does not show that calls succeed either.
func (g *breaker) failed(now time.Time, probe, throttled bool) (opened bool) {
	if g.failingSince.IsZero() {
		g.failingSince = now
	}
	if !throttled {
		g.faults++
	}
	if probe {
		g.probing = false
		g.nextProbe = now.Add(g.waits.NextBackOff())
		return false
	}
	if g.down || g.faults < faultsInARow {
		return false
	}
	g.down = true
	g.waits.Reset()
	g.nextProbe = now.Add(g.waits.NextBackOff())
	return true
}

// succeeded resets the breaker, and reports whether the API was down, and since
// when.
func (g *breaker) succeeded() (since time.Time, wasDown bool) {
	since, wasDown = g.failingSince, g.down
	g.faults, g.failingSince, g.down, g.probing = 0, time.Time{}, false, false
	return since, wasDown
}
