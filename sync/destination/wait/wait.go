// Package wait is how long to wait before the next attempt, and the waiting.
package wait

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v5"

	"usersync/sync/telemetry"
)

// Backoff gives the waits between attempts: half a second, doubled each
// time, with jitter, up to half a minute.
func Backoff() *backoff.ExponentialBackOff {
	b := &backoff.ExponentialBackOff{
		InitialInterval: 500 * time.Millisecond, Multiplier: 2, MaxInterval: 30 * time.Second, RandomizationFactor: 0.5,
	}
	b.Reset()
	return b
}

// Again waits for d before another attempt, and returns the context for it, in which the
// first call counts the wait. If ctx ends first, it returns the cause.
func Again(ctx context.Context, d time.Duration) (next context.Context, err error) {
	if err := For(ctx, d); err != nil {
		return ctx, err
	}
	return telemetry.AfterBackoff(ctx, d), nil
}

// For waits for d. If ctx ends first, it returns the cause.
func For(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
