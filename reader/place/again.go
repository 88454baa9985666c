package place

import (
	"context"
	"time"
)

// tries is how often something is tried that fails because a connection is lost, in a row.
const tries = 8

// wait is how long to wait before a try, from 1: none before the second, as a connection that is
// cut once in a while can be replaced at once.
func (o *Opener) wait(try int) time.Duration {
	if o.Wait != nil {
		return o.Wait(try)
	}
	if try < 2 {
		return 0
	}
	return min(time.Second/2<<(try-2), 15*time.Second)
}

// patience is how long to wait for a byte.
func (o *Opener) patience() time.Duration {
	if o.Stalled > 0 {
		return o.Stalled
	}
	return time.Minute
}

// pause waits before a try; it returns the error of ctx if that ends first.
func (o *Opener) pause(ctx context.Context, try int) error {
	d := o.wait(try)
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// enough is how much patience there is for all tries of what carries no file: a server that never
// answers must not look like a program that hangs.
const enough = 3

// again does something until it does not fail as Lost, a bounded number of times, and not again after
// a limit in time.
func again[T any](ctx context.Context, o *Opener, limit time.Duration, do func() (T, error)) (T, error) {
	began := time.Now()
	for try := 1; ; try++ {
		v, err := do()
		if err == nil {
			return v, nil
		}
		if ctx.Err() != nil {
			return v, ctx.Err()
		}
		if kind, ok := KindOf(err); !ok || kind != Lost || try == tries || time.Since(began) >= limit {
			return v, err
		}
		if err := o.pause(ctx, try); err != nil {
			return v, err
		}
	}
}

// ask is again for what carries no file.
func ask[T any](ctx context.Context, o *Opener, do func() (T, error)) (T, error) {
	return again(ctx, o, enough*o.patience(), do)
}
