package pace

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"usersync/sync/telemetry"
)

// turn is what a caller of Begin wants to be told of its wait; it may want nothing.
type turn struct{ *telemetry.Turn }

func turnOf(ctx context.Context) turn { return turn{telemetry.TurnOf(ctx)} }

// waits measures a wait.
func (t turn) waits(c telemetry.Cause, wait func() error) error {
	if t.Turn == nil {
		return wait()
	}
	began := time.Now()
	err := wait()
	t.Waits.Add(c, time.Since(began))
	return err
}

// limit tells the turn how many calls per second are allowed, and returns what a wait for
// the rate is for: its ceiling, or that the API has it lowered.
func (p *Pace) limit(t turn) telemetry.Cause {
	if t.Turn == nil {
		return telemetry.Rate
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	allowed := p.speed.allowed()
	if t.Limit = 0; allowed != rate.Inf {
		t.Limit = float64(allowed)
	}
	if asked := p.options.PerSecond; allowed != rate.Inf && (asked <= 0 || float64(allowed) < asked) {
		return telemetry.Slowed
	}
	return telemetry.Rate
}
