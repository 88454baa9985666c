package stack_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"usersync/sync/destination"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

// busy takes one more record with each call, and is busy for the others.
type busy struct {
	destination.API
	waiting *atomic.Int64
	seen    []int64
	fails   bool // the last call
}

func (b *busy) Traits() destination.Traits { return destination.Traits{} }

func (b *busy) Find(context.Context, *user.Record) (destination.Found, error) {
	return destination.Found{}, nil
}

func (b *busy) Apply(_ context.Context, batch user.Batch) ([]user.Outcome, error) {
	b.seen = append(b.seen, b.waiting.Load())
	if b.fails && len(b.seen) == 3 {
		return nil, context.Canceled
	}
	outcomes := user.Outcome{Status: user.Busy}.For(batch.Records)
	outcomes[0].Status = user.Created
	return outcomes, nil
}

// Records count as retrying until they are settled, or the batch ends with an error.
func TestRetryingIsCounted(t *testing.T) {
	for _, fails := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var waiting atomic.Int64
			inner := &busy{waiting: &waiting, fails: fails}
			retried := stack.Retried{API: inner, Pacer: new(pacer), Retries: 5, Retrying: &waiting}
			_, err := retried.Apply(t.Context(), user.Batch{Op: user.Create, Records: records("a=1 b=2 c=3", user.Upsert)})
			if (err != nil) != fails || !slices.Equal(inner.seen, []int64{0, 2, 1}) || waiting.Load() != 0 {
				t.Errorf("%d during the calls, %d after them: %v", inner.seen, waiting.Load(), err)
			}
		})
	}
}
