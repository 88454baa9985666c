package pace_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/pace"
)

// Several processes start no more than rate + burst calls in any second together, and
// lose at most 2% of the rate, however far away the server is.
func TestSharedLimit(t *testing.T) {
	for name, c := range map[string]struct {
		rate float64
		trip int // the longest, in microseconds
	}{"near": {500, 600}, "unsteady": {200, 6000}, "slow": {5, 40_000}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &together{ahead: 5 * time.Hour, trip: func() time.Duration { return time.Duration(rand.IntN(c.trip)) * time.Microsecond }}
				const count, each = 4, 500
				all := processes(s, pace.Options{PerSecond: c.rate, MaxInFlight: 16}, count, each, 20*time.Millisecond)
				if got := all.busiest(time.Second - time.Microsecond); got > int(c.rate)+1 {
					t.Errorf("%d calls in a second", got)
				}
				ideal := (count*each - 1) / c.rate
				if took := all.at[len(all.at)-1].Sub(all.at[0]).Seconds(); took > ideal*1.02 {
					t.Errorf("took %.2f s, ideal are %.2f s", took, ideal)
				}
				if s.granted > count*each*101/100 {
					t.Errorf("%d moments for %d calls", s.granted, count*each)
				}
			})
		})
	}
}

// Callers that wait are asked for together.
func TestCallersAreAskedForTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &together{trip: func() time.Duration { return time.Millisecond }}
		processes(s, pace.Options{PerSecond: 500, MaxInFlight: 64}, 4, 1000, 10*time.Millisecond)
		if len(s.asked) > 600 {
			t.Errorf("%d questions for 4,000 calls", len(s.asked))
		}
	})
}

// A clock that jumps in the middle makes no second fuller.
func TestClocksThatJump(t *testing.T) {
	for _, jump := range []time.Duration{5 * time.Second, -time.Second, 300 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			s := &together{trip: func() time.Duration { return time.Millisecond }}
			time.AfterFunc(2*time.Second, func() { s.set(func() { s.ahead += jump }) })
			all := processes(s, pace.Options{PerSecond: 50, MaxInFlight: 32}, 3, 100, 10*time.Millisecond)
			if got := all.busiest(time.Second - time.Microsecond); got > 51 {
				t.Errorf("a jump of %s: %d calls in a second", jump, got)
			}
		})
	}
}

// Without the server no call starts. When it answers again, it is told that it may have
// lost what was reserved.
func TestWithoutTheServerNoCallStarts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &together{down: errors.New("connection refused")}
		p := pace.New(pace.Options{PerSecond: 10, MaxInFlight: 4, Shared: s})
		time.AfterFunc(20*time.Second, func() {
			if got := p.Note(); got != "the limit that the processes share has not answered for 20s" {
				t.Error(got)
			}
			s.set(func() { s.down = nil })
		})
		began := time.Now()
		if err := call(p, 0, 200, true); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < 21*time.Second || took > 23*time.Second {
			t.Errorf("the first call started after %s", took)
		}
		if got := strings.Join(whats(p), " "); got != "paused up" || !strings.HasSuffix(p.Report().Events[0].Why, "connection refused") {
			t.Error(p.Report().Events)
		}
	})
}

// The run ends when the server has not answered for as long as the API may be down.
func TestWithoutTheServerTheRunEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &together{down: errors.New("connection refused")}
		p := pace.New(pace.Options{PerSecond: 10, MaxInFlight: 4, Shared: s, GiveUpAfter: time.Minute})
		began := time.Now()
		for range 2 {
			err := call(p, 0, 200, true)
			if !errors.Is(err, pace.ErrNoLimit) || !strings.Contains(err.Error(), "connection refused") {
				t.Error(err)
			}
		}
		if took := time.Since(began); took < time.Minute || took > 62*time.Second {
			t.Errorf("gave up after %s", took)
		}
	})
}

// A 429 that one process gets pauses the others, too, and cuts the rate of all.
func TestA429IsToldToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &together{}
		o := pace.Options{PerSecond: 10, MaxInFlight: 4, Shared: s}
		a, b := pace.New(o), pace.New(o)
		throttle(t, a, header("Retry-After", "7"))
		began := time.Now()
		if err := call(b, 0, 200, true); err != nil || time.Since(began) < 7*time.Second {
			t.Errorf("another process waited %s, %v", time.Since(began), err)
		}
		throttle(t, a, header())
		if s.cut != 0.5 {
			t.Errorf("cut by %g", s.cut)
		}
		if err := call(b, 0, 200, true); err != nil || b.Report().Lowest != 5 {
			t.Errorf("another process: %v, %g calls/s", err, b.Report().Lowest)
		}
		if got := strings.Join(whats(b), " "); got != "paused slowed" {
			t.Error(got)
		}
		s.set(func() { s.force = 0 })
		if err := call(b, 0, 200, true); err != nil || !slices.Contains(whats(b), "recovered") {
			t.Error(whats(b), err)
		}
	})
}

// A pause that is too long ends every process, not only the one that was asked for it.
func TestAPauseThatIsTooLongEndsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &together{}
		o := pace.Options{PerSecond: 10, MaxInFlight: 4, Shared: s, MaxWait: time.Minute}
		a, b := pace.New(o), pace.New(o)
		throttle(t, a, header("Retry-After", "700"))
		for _, p := range []*pace.Pace{a, b} {
			if err := call(p, 0, 200, true); !errors.Is(err, pace.ErrTooLong) {
				t.Error(err)
			}
		}
	})
}

// News that did not arrive are told again.
func TestNewsArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &together{}
		a := pace.New(pace.Options{PerSecond: 10, MaxInFlight: 4, Shared: s})
		end, err := a.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.set(func() { s.down = errors.New("connection reset") })
		a.Observe(429, header())
		end(429, false)
		s.set(func() { s.down = nil })
		if err := call(a, 0, 200, true); err != nil || s.cut != 0.5 {
			t.Errorf("cut by %g, %v", s.cut, err)
		}
	})
}

// A server that may have lost everything is told what is in force.
func TestTheServerIsRemindedOfWhatIsInForce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &together{}
		p := pace.New(pace.Options{PerSecond: 10, MaxInFlight: 4, Shared: s})
		throttle(t, p, header())
		throttle(t, p, header("Retry-After", "30"))
		s.set(func() { s.down = errors.New("connection reset") })
		var group sync.WaitGroup
		group.Go(func() { _ = call(p, 0, 200, true) })
		time.Sleep(35 * time.Second)
		s.set(func() { s.down = nil })
		if err := call(p, 0, 200, true); err != nil {
			t.Fatal(err)
		}
		group.Wait()
		lost := slices.DeleteFunc(s.asked, func(a pace.Ask) bool { return !a.Lost })
		if len(lost) == 0 || slices.ContainsFunc(lost, func(a pace.Ask) bool { return a.Lowered != 5 }) {
			t.Errorf("%+v", lost)
		}
	})
}

// A caller that stops waiting leaves its moment to others.
func TestMomentsAreNotLost(t *testing.T) {
	for range 20 { // who waits for which moment differs
		synctest.Test(t, momentsAreNotLost)
	}
}

func momentsAreNotLost(t *testing.T) {
	s := &together{trip: func() time.Duration { return time.Millisecond }}
	p := pace.New(pace.Options{PerSecond: 4, MaxInFlight: 20, Shared: s})
	var group sync.WaitGroup
	for i := range 8 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		if i%2 == 0 {
			ctx, cancel = context.WithTimeout(t.Context(), 400*time.Millisecond)
		}
		group.Go(func() {
			defer cancel()
			if end, err := p.Begin(ctx); err == nil {
				end(200, true)
			}
		})
	}
	group.Wait()
	if n := p.Report().Calls; s.granted > n+1 {
		t.Errorf("%d moments for %d calls", s.granted, n)
	}
}

// Where Redis should count and does not, the run says so, also if it never did.
func TestRedisThatDoesNotCountIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const why = "Redis does not answer; the ledger's database counts the calls for the rest of the run"
		for _, fallen := range []bool{false, true} {
			s := &together{fallen: fallen}
			p := pace.New(pace.Options{PerSecond: 10, MaxInFlight: 4, Shared: s})
			for range 3 {
				if err := call(p, 0, 200, true); err != nil {
					t.Fatal(err)
				}
			}
			reported := slices.ContainsFunc(p.Report().Events, func(e pace.Event) bool { return e.Why == why })
			if reported != fallen || len(p.Report().Events) > 1 {
				t.Errorf("fallen %v: %+v", fallen, p.Report().Events)
			}
		}
	})
}
