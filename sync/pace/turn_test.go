package pace_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/pace"
	"usersync/sync/telemetry"
)

// waits makes a call, and returns what it waited for and the limit as it began.
func waits(t *testing.T, p *pace.Pace) (telemetry.Spent, float64) {
	t.Helper()
	var turn telemetry.Turn
	end, err := p.Begin(telemetry.WithTurn(context.Background(), &turn))
	if err != nil {
		t.Fatal(err)
	}
	end(http.StatusOK, true)
	return turn.Waits, turn.Limit
}

// A call learns what it waited for: the rate, a pause, a rate that was lowered, the end of
// an outage, or another call.
func TestWaitsHaveCauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Options{PerSecond: 2})
		waits(t, p)
		if got, limit := waits(t, p); got != (telemetry.Spent{telemetry.Rate: 500 * time.Millisecond}) || limit != 2 {
			t.Errorf("at the ceiling: %v at %v", got, limit)
		}
		throttle(t, p, header("Retry-After", "7"))
		if got, _ := waits(t, p); got[telemetry.Paused] != 7*time.Second {
			t.Errorf("after Retry-After: %v", got)
		}
		throttle(t, p, header())
		if got, limit := waits(t, p); got[telemetry.Slowed] < 500*time.Millisecond || got[telemetry.Rate] != 0 || limit >= 2 {
			t.Errorf("after a 429: %v at %v", got, limit)
		}
	})
}

func TestWaitsWhileTheAPIIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Options{})
		for range 10 {
			if err := call(p, 0, 0, false); err != nil {
				t.Fatal(err)
			}
		}
		if got, limit := waits(t, p); got[telemetry.Down] < 500*time.Millisecond || limit != 0 {
			t.Errorf("%v at %v", got, limit)
		}
	})
}

func TestWaitsForASlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Options{MaxInFlight: 1})
		go func() { _ = call(p, 3*time.Second, http.StatusOK, true) }()
		synctest.Wait()
		if got, _ := waits(t, p); got != (telemetry.Spent{telemetry.Slot: 3 * time.Second}) {
			t.Errorf("%v", got)
		}
	})
}

// A wait that ends without a call is known too.
func TestWaitsThatEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Options{})
		throttle(t, p, header("Retry-After", "60"))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		var turn telemetry.Turn
		if _, err := p.Begin(telemetry.WithTurn(ctx, &turn)); err == nil || turn.Waits != (telemetry.Spent{telemetry.Paused: 20 * time.Second}) {
			t.Errorf("%v, %v", turn.Waits, err)
		}
	})
}
