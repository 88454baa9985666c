package pace_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"usersync/sync/pace"
)

// Any second holds at most rate + burst calls, whatever the workers, the
// latencies and the answers.
func TestAnySecondHoldsAtMostRateAndBurst(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		perSecond := rapid.Float64Range(0.5, 400).Draw(r, "rate")
		burst := rapid.IntRange(1, 20).Draw(r, "burst")
		workers := rapid.IntRange(1, 32).Draw(r, "workers")
		slowest := rapid.IntRange(1, 3000).Draw(r, "slowest call, ms")
		trouble := rapid.IntRange(1, 50).Draw(r, "a 429 every so many calls")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1))
		latency := make([]time.Duration, 300)
		for i := range latency {
			latency[i] = time.Duration(random.IntN(slowest)) * time.Millisecond
		}
		var got int
		synctest.Test(t, func(*testing.T) {
			p := pace.New(pace.Options{PerSecond: perSecond, Burst: burst, MaxInFlight: workers})
			s := work(p, workers, len(latency), func(i int) time.Duration { return latency[i] }, func(i int) (int, bool) {
				if i%trouble != 1 {
					return well(i)
				}
				p.Observe(429, header())
				return 429, false
			})
			got = s.busiest(time.Second - time.Microsecond)
		})
		if most := int(math.Floor(perSecond)) + burst; got > most {
			r.Fatalf("%d calls in a second, want at most %d", got, most)
		}
	})
}

func TestThroughputIsWithinTwoPercentOfIdeal(t *testing.T) {
	for name, c := range map[string]struct {
		perSecond float64
		latency   time.Duration
		workers   int
	}{
		"the documented rate":        {1000.0 / 60, 300 * time.Millisecond, 16},
		"fifty, two hundred ms":      {50, 200 * time.Millisecond, 16},
		"fast":                       {2000, time.Millisecond, 16},
		"slow":                       {0.2, 2 * time.Second, 2},
		"more workers than are used": {10, 10 * time.Millisecond, 64},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const calls = 2000
				began := time.Now()
				work(pace.New(pace.Options{PerSecond: c.perSecond, MaxInFlight: c.workers}), c.workers, calls, lasting(c.latency), well)
				ideal := time.Duration(calls / c.perSecond * float64(time.Second))
				if took := time.Since(began) - c.latency; took > ideal+ideal/50 {
					t.Errorf("took %s, ideal is %s", took, ideal)
				}
			})
		})
	}
}

func TestUnlimitedWaitsForASlotOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		s := work(pace.New(pace.Options{MaxInFlight: 4}), 8, 400, lasting(time.Second), well)
		if took := time.Since(began); took != 100*time.Second {
			t.Errorf("400 calls of a second in 4 slots took %s", took)
		}
		if got := s.busiest(time.Second); got != 4 {
			t.Errorf("%d calls at once", got)
		}
	})
}

// waitingFor returns a Pace that makes calls wait for what the name says.
func waitingFor(t *testing.T, name string) *pace.Pace {
	t.Helper()
	p := pace.New(pace.Options{MaxInFlight: 100})
	switch name {
	case "a slot":
		p = pace.New(pace.Options{})
		if _, err := p.Begin(context.Background()); err != nil {
			t.Fatal(err)
		}
	case "a token":
		p = pace.New(pace.Options{PerSecond: 0.001, MaxInFlight: 100})
		if err := call(p, 0, 200, true); err != nil {
			t.Fatal(err)
		}
	case "a pause":
		throttle(t, p, header("Retry-After", "800"))
	case "the breaker":
		failTen(t, p)
	}
	return p
}

// No call starts once the context is done, even if nothing holds it back, and a
// wait ends at once with the cause.
func TestTheEndOfTheContextEndsEveryWait(t *testing.T) {
	cause := errors.New("asked to stop")
	for _, name := range []string{"nothing to wait for", "a slot", "a token", "a pause", "the breaker"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := waitingFor(t, name)
				before := p.Report().Calls
				ctx, cancel := context.WithCancelCause(context.Background())
				errs := make(chan error, 50)
				if name == "nothing to wait for" {
					cancel(cause)
				}
				for range cap(errs) {
					go func() {
						_, err := p.Begin(ctx)
						errs <- err
					}()
				}
				synctest.Wait()
				began := time.Now()
				cancel(cause)
				for range cap(errs) {
					if err := <-errs; err != cause {
						t.Fatalf("Begin returned %v, want the cause", err)
					}
				}
				if waited := time.Since(began); waited != 0 || p.Report().Calls != before {
					t.Errorf("ended after %s, with %d calls started", waited, p.Report().Calls-before)
				}
			})
		})
	}
}
