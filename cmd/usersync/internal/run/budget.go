package run

import (
	"context"
	"errors"

	"usersync/cmd/usersync/internal/connect"
)

// The reasons why a run has no more time.
var (
	ErrBudget = errors.New("the time of --max-duration is used up")
	ErrUntil  = errors.New("the time of --until is reached")
)

// bound ends ctx when the time of the run is used up, or the lease is lost.
func (b *base) bound(ctx context.Context, l *connect.Lease) (context.Context, context.CancelFunc) {
	g, stop, enough := b.Config.Guards, func() {}, func() {}
	if g.MaxDuration != 0 {
		ctx, stop = context.WithDeadlineCause(ctx, b.started.Add(g.MaxDuration), ErrBudget)
	}
	if g.Until.Given() {
		at, _ := g.Until.Next(b.started)
		ctx, enough = context.WithTimeoutCause(ctx, at.Sub(b.options.Now()), ErrUntil)
	}
	ctx, unbound := l.Bound(ctx)
	return ctx, func() { unbound(); enough(); stop() }
}
