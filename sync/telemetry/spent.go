package telemetry

import (
	"context"
	"sync/atomic"
	"time"
)

// Cause is what time was spent on.
type Cause uint8

// The causes. Workers spend their time on those up to Journal, the others are spent while
// workers continue.
const (
	Slot    Cause = iota // waiting until fewer calls are in flight
	Rate                 // waiting for the rate, at its ceiling
	Slowed               // waiting for the rate, while the API had it lowered
	Paused               // a pause that the API asked for, such as by Retry-After
	Down                 // waiting while the API was down
	Backoff              // waiting between attempts
	Answer               // calls on the wire that were answered with a success
	Failure              // calls on the wire that failed
	Journal              // waiting until the journal, or an intent, is stored
	Ledger               // looking up records in the ledger
	Results              // writing results, the ledger and checkpoints
	causes
)

// String names the cause as summaries do.
func (c Cause) String() string {
	return [causes]string{"slot", "rate", "slowed", "paused", "down", "backoff", "answered", "failed", "journal", "ledger", "results"}[c]
}

// Spent is time by cause. As waits of a call it holds only what is not on the wire.
type Spent [causes]time.Duration

// Add adds time to a cause. It does nothing on a nil *Spent.
func (s *Spent) Add(c Cause, d time.Duration) {
	if s != nil && d > 0 {
		s[c] += d
	}
}

// plus adds other.
func (s *Spent) plus(other *Spent) {
	for c, d := range other {
		s[c] += d
	}
}

// Turn is what a call that waits for its turn is told of the wait. It is for one goroutine.
type Turn struct {
	Waits Spent
	Limit float64 // calls per second that are allowed as the call begins; 0 is unlimited
}

type (
	turnKey    struct{}
	backoffKey struct{}
)

// WithTurn returns a context for waiting, in which t is told what the wait was for.
func WithTurn(ctx context.Context, t *Turn) context.Context {
	return context.WithValue(ctx, turnKey{}, t)
}

// TurnOf returns the turn that wants to be told what a wait in ctx was for; nil if none does.
func TurnOf(ctx context.Context) *Turn {
	t, _ := ctx.Value(turnKey{}).(*Turn)
	return t
}

// AfterBackoff returns a context for the next attempt, before which there was a wait of d:
// the first call in it counts the wait, and all calls in it repeat others.
func AfterBackoff(ctx context.Context, d time.Duration) context.Context {
	waited := new(atomic.Int64)
	waited.Store(int64(d))
	return context.WithValue(ctx, backoffKey{}, waited)
}

// Repeating returns a context for calls that send again what a call before them carried,
// without a wait.
func Repeating(ctx context.Context) context.Context { return AfterBackoff(ctx, 0) }

// Repeats reports whether the calls in ctx repeat others.
func Repeats(ctx context.Context) bool { return ctx.Value(backoffKey{}) != nil }

// TakeBackoff returns the wait before this attempt, the first time that it is asked.
func TakeBackoff(ctx context.Context) time.Duration {
	waited, ok := ctx.Value(backoffKey{}).(*atomic.Int64)
	if !ok {
		return 0
	}
	return time.Duration(waited.Swap(0))
}
