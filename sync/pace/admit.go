package pace

import (
	"context"
	"time"

	"usersync/sync/telemetry"
)

// takeSlot waits until fewer calls are in flight than may be.
func (p *Pace) takeSlot(ctx context.Context, t turn) error {
	select {
	case p.slots.held <- struct{}{}:
		return nil
	default:
	}
	return t.waits(telemetry.Slot, func() error {
		select {
		case p.slots.held <- struct{}{}:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
}

// admit waits for everything but the slot.
func (p *Pace) admit(ctx context.Context, t turn) (probe bool, err error) {
	for {
		now := time.Now()
		hold, probe, changed, err := p.mayStart(now)
		if err != nil {
			return false, err
		}
		if hold.lasts > 0 {
			if err := t.waits(hold.cause, func() error { return sleep(ctx, hold.lasts, changed) }); err != nil {
				return false, err
			}
			continue
		}
		ok, err := p.takeToken(ctx, t, now, changed)
		if ok || err != nil {
			p.abandonProbe(probe && err != nil)
			return probe, err
		}
		p.abandonProbe(probe)
	}
}

// takeToken waits for a token of the rate, and starts the call unless something changed.
// Without a limit there is nothing to wait for.
func (p *Pace) takeToken(ctx context.Context, t turn, now time.Time, changed chan struct{}) (ok bool, err error) {
	cause, limited := p.limit(t)
	if !limited {
		return p.start(ctx, now, changed)
	}
	take := p.tokens.take
	if p.share != nil {
		take = p.share.take
	}
	err = t.waits(cause, func() error {
		ok, err = take(ctx, changed, func() (bool, error) { return p.start(ctx, time.Now(), changed) })
		return err
	})
	p.haltWithoutLimit(err)
	return ok, err
}

// hold is how long to wait before looking again, and why; 0 is now.
type hold struct {
	lasts time.Duration
	cause telemetry.Cause
}

// mayStart says how long to wait before looking again. A probe is the one call that may
// start while the API is down.
func (p *Pace) mayStart(now time.Time) (h hold, probe bool, changed chan struct{}, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stop != nil {
		return hold{}, false, nil, p.stop
	}
	p.speed.endWindow(now)
	if wait := p.pausedUntil.Sub(now); wait > 0 {
		return hold{wait, telemetry.Paused}, false, p.waiting.changed, nil
	}
	wait, probe, over := p.breaker.admit(now, p.options.GiveUpAfter)
	if over {
		p.giveUp(now)
		return hold{}, false, nil, p.stop
	}
	return hold{wait, telemetry.Down}, probe, p.waiting.changed, nil
}
