package lease

import (
	"context"
	"errors"
	"testing"
	"time"
)

// Either clock ends a lease: one stops while the machine sleeps, and the other can be set
// back.
func TestLeaseEndsByEitherClock(t *testing.T) {
	now := rightNow()
	u := until{now, 10 * time.Second}
	for _, c := range []struct{ monotonic, wall, want time.Duration }{
		{0, 0, 9 * time.Second},
		{time.Second, time.Second, 8 * time.Second},
		{time.Second, time.Hour, 9*time.Second - time.Hour},
		{9 * time.Second, -time.Hour, 0},
	} {
		if got := u.remaining(moment{now.monotonic.Add(c.monotonic), now.wall.Add(c.wall)}); got != c.want {
			t.Errorf("%v and %v later: %v, want %v", c.monotonic, c.wall, got, c.want)
		}
	}
}

// Check notices that a lease is over before the renewals do, and ends the contexts bound
// to it.
func TestCheckNoticesTheEnd(t *testing.T) {
	l := &Lease{}
	l.lost, l.end = context.WithCancelCause(t.Context())
	bound, end := l.Bound(t.Context())
	defer end()
	l.until.Store(&until{rightNow(), 30 * time.Second})
	if err := l.Check(); err != nil || bound.Err() != nil {
		t.Fatal(err)
	}
	slept := rightNow()
	slept.wall = slept.wall.Add(-27 * time.Second)
	l.until.Store(&until{slept, 30 * time.Second})
	if err := l.Check(); !errors.Is(err, ErrLost) {
		t.Fatal(err)
	}
	<-bound.Done()
	if err := context.Cause(bound); !errors.Is(err, ErrLost) {
		t.Error(err)
	}
}
