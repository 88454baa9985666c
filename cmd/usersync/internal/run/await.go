package run

import (
	"context"
	"fmt"
	"time"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/input"
)

// await waits for the input as the settings ask, and refuses to start a run whose time has
// passed.
func (o Options) await(ctx context.Context, c *config.Config) error {
	if err := o.inTime(c); err != nil || o.Plan != nil || o.Resume != "" {
		return err
	}
	waiting, done := o.untilEnd(ctx, c)
	defer done()
	err := input.Await(waiting, c, o.Files, func(why string) {
		o.Log.Always("waiting for the input", zap.String("why", why), zap.Duration("at_most", c.Proof.WaitForInput))
	})
	if err != nil {
		return &exit.Error{Err: exit.NothingSent(fmt.Errorf("wait for the input: %w", err)), Next: c.Invocation.Again(c.Invocation.Files...)}
	}
	return o.inTime(c)
}

// inTime refuses a run whose time of day has passed. A shard stops before its first call
// instead, because it may only be left to merge the run.
func (o Options) inTime(c *config.Config) error {
	until := c.Guards.Until
	if !until.Given() || c.Shards.Split() {
		return nil
	}
	at, passed := until.Next(o.Now())
	if !passed {
		return nil
	}
	return &exit.Error{Err: exit.NothingSent(fmt.Errorf("start the run: %w: %s was at %s", ErrUntil, until, at.Format(time.RFC3339))),
		Code: exit.Budget, Hint: "from six hours after it, that time of the next day is meant; --until none runs now",
		Next: c.Invocation.Without(config.UntilFlag).With(config.Flag{Name: config.UntilFlag, Value: "none"}).Again(c.Invocation.Files...)}
}

// untilEnd ends a wait with the time of the run.
func (o Options) untilEnd(ctx context.Context, c *config.Config) (context.Context, context.CancelFunc) {
	if !c.Guards.Until.Given() {
		return context.WithCancel(ctx)
	}
	at, _ := c.Guards.Until.Next(o.Now())
	return context.WithTimeout(ctx, at.Sub(o.Now()))
}
