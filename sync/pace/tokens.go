package pace

import (
	"context"
	"math"
	"time"

	"golang.org/x/time/rate"
)

// tokens hands out the tokens of the rate, one caller at a time, so that returned
// tokens leave no debt.
//
// A caller that the machine wakes late loses nothing, because a token counts from
// when its caller asked; lastSecond keeps what is made up within the limit.
type tokens struct {
	turn       chan struct{}
	limiter    *rate.Limiter
	reservedAt time.Time
	lastSecond lastSecond
}

func newTokens(ceiling rate.Limit, burst int) tokens {
	return tokens{
		turn:       make(chan struct{}, 1),
		limiter:    rate.NewLimiter(ceiling, burst),
		lastSecond: newLastSecond(ceiling, burst),
	}
}

// take waits for a token and then calls start, which says whether the call starts.
// It returns false without an error when changed ended the wait.
func (t *tokens) take(ctx context.Context, changed <-chan struct{}, start func() (bool, error)) (bool, error) {
	asked := time.Now()
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-changed:
		return false, nil
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	if asked.After(t.reservedAt) {
		t.reservedAt = asked
	}
	r := t.limiter.ReserveN(t.reservedAt, 1)
	from := r.DelayFrom(t.reservedAt)
	err := sleep(ctx, max(time.Until(t.reservedAt.Add(from)), t.lastSecond.full(time.Now())), changed)
	if err == nil {
		var ok bool
		if ok, err = start(); ok {
			t.reservedAt = t.reservedAt.Add(from)
			t.lastSecond.add(time.Now())
			return true, nil
		}
	}
	r.Cancel()
	return false, err
}

// lastSecond remembers as many calls as one second may hold, so that no second
// holds more.
type lastSecond struct {
	at   []time.Time
	next int
	span time.Duration
}

// maxRemembered is more calls per second than one machine makes.
const maxRemembered = 1e5

func newLastSecond(ceiling rate.Limit, burst int) lastSecond {
	if ceiling > maxRemembered {
		return lastSecond{}
	}
	most := math.Floor(float64(ceiling) + float64(burst))
	spare := most/float64(ceiling) - 1 // how much longer than a second so many calls take
	return lastSecond{
		at:   make([]time.Time, int(most)),
		span: time.Second + time.Duration(min(0.9*spare, 0.03)*float64(time.Second)), // calls do not all travel equally fast
	}
}

// full returns how long there is no room for another call.
func (l *lastSecond) full(now time.Time) time.Duration {
	if len(l.at) == 0 || l.at[l.next].IsZero() {
		return 0
	}
	return l.span - now.Sub(l.at[l.next])
}

func (l *lastSecond) add(now time.Time) {
	if len(l.at) > 0 {
		l.at[l.next] = now
		l.next = (l.next + 1) % len(l.at)
	}
}
