package shared_test

import (
	"math"
	"testing"
	"time"

	"usersync/sync/pace"
)

// connected returns the limit as another process of the run sees it that has asked before.
func connected(t *testing.T, open opener, ask pace.Ask) pace.Shared {
	t.Helper()
	s := open("run-1")
	reserve(t, s, ask)
	return s
}

// A pause that one process is asked for holds for all, and costs no moments.
func TestAPauseHoldsForAll(t *testing.T) {
	everywhere(t, func(t *testing.T, open opener) {
		ask := pace.Ask{PerSecond: 20, Burst: 1}
		s, other := ready(t, open, ask), connected(t, open, ask)
		told := ask
		told.News = pace.News{Pause: 900 * time.Millisecond}
		began := reserve(t, s, told).Now
		ask.Calls = 3
		answer := reserve(t, other, ask)
		if answer.Pause <= 0 || answer.Pause > 900*time.Millisecond || len(answer.At) == 0 {
			t.Fatalf("paused for %s, %d moments", answer.Pause, len(answer.At))
		}
		if wait := answer.At[0].Sub(began); wait < 900*time.Millisecond || wait > time.Second {
			t.Errorf("the first call starts after %s", wait)
		}
		told.Pause = 10 * time.Millisecond
		if answer = reserve(t, s, told); answer.Pause < 100*time.Millisecond {
			t.Errorf("a shorter pause ends a longer one: %s", answer.Pause)
		}
		told.Pause = time.Minute
		reserve(t, s, told)
		if answer = reserve(t, other, ask); len(answer.At) > 0 {
			t.Errorf("%d moments in a pause of a minute", len(answer.At))
		}
	})
}

// inForce returns the rate in force.
func inForce(t *testing.T, s pace.Shared, ask pace.Ask, n pace.News) float64 {
	t.Helper()
	ask.News = n
	return math.Round(reserve(t, s, ask).PerSecond*100) / 100
}

// A rate that was cut for one process is cut for all, once a second, and rises step by
// step.
func TestARateIsCutForAll(t *testing.T) {
	everywhere(t, func(t *testing.T, open opener) {
		ask := pace.Ask{PerSecond: 40, Burst: 1}
		a, b := ready(t, open, ask), connected(t, open, ask)
		for i, c := range []struct {
			who  pace.Shared
			news pace.News
			want float64
		}{
			{a, pace.News{Cut: 0.5}, 20},
			{b, pace.News{Cut: 0.5}, 20}, // of a call that was in flight at the same time
			{b, pace.News{Well: true}, 20},
			{b, pace.News{}, 20},
		} {
			if got := inForce(t, c.who, ask, c.news); got != c.want {
				t.Errorf("%d: %g/s, want %g", i, got, c.want)
			}
		}
		<-time.After(1100 * time.Millisecond)
		for i, c := range []struct {
			who  pace.Shared
			news pace.News
			want float64
		}{
			{b, pace.News{Well: true}, 22},
			{a, pace.News{Well: true}, 22},
			{a, pace.News{Cut: 0.5}, 11}, // although the rate was just raised
			{b, pace.News{Granted: 8}, 8},
			{a, pace.News{Granted: 30}, 8},
			{a, pace.News{Lowered: 5}, 5},
		} {
			if got := inForce(t, c.who, ask, c.news); got != c.want {
				t.Errorf("later, %d: %g/s, want %g", i, got, c.want)
			}
		}
		<-time.After(2100 * time.Millisecond)
		if got := inForce(t, open("run-2"), ask, pace.News{}); got != 40 {
			t.Errorf("another run begins at %g/s", got)
		}
	})
}

// A quota that one process is told of is spread over the calls of all, until it ends.
func TestAQuotaIsSpread(t *testing.T) {
	everywhere(t, func(t *testing.T, open opener) {
		ask := pace.Ask{PerSecond: 100, Burst: 1}
		s, other := ready(t, open, ask), connected(t, open, ask)
		<-time.After(50 * time.Millisecond)
		told := ask
		told.News = pace.News{Quota: 5, QuotaFor: time.Second}
		reserve(t, s, told)
		ask.Calls = 3
		if apart := apart(t, other, ask); apart != 200*time.Millisecond {
			t.Errorf("%s between calls", apart)
		}
		<-time.After(1100 * time.Millisecond)
		if apart := apart(t, s, ask); apart > 12*time.Millisecond {
			t.Errorf("%s between calls after the quota's end", apart)
		}
	})
}

// apart is the time between the last two moments.
func apart(t *testing.T, s pace.Shared, ask pace.Ask) time.Duration {
	t.Helper()
	answer := reserve(t, s, ask)
	if n := len(answer.At); n > 1 {
		return answer.At[n-1].Sub(answer.At[n-2]).Round(time.Millisecond)
	}
	t.Fatal("too few moments")
	return 0
}
