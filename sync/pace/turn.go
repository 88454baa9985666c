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

// limit tells the turn how many calls per second are allowed. It returns whether there is a
// limit, and what a wait for it is for: its ceiling, or that the API has it lowered.
func (p *Pace) limit(t turn) (c telemetry.Cause, limited bool) {
	p.mu.Lock()
	allowed := p.speed.allowed()
	p.mu.Unlock()
	limited = allowed != rate.Inf
	t.limited(allowed)
	if asked := p.options.PerSecond; limited && (asked <= 0 || float64(allowed) < asked) {
		return telemetry.Slowed, true
	}
	return telemetry.Rate, limited
}

func (t turn) limited(allowed rate.Limit) {
	if t.Turn == nil {
		return
	}
	if t.Limit = 0; allowed != rate.Inf {
		t.Limit = float64(allowed)
	}
}
