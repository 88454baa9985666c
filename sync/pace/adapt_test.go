package pace_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/pace"
)

func TestAPauseToldToOneHoldsForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Options{PerSecond: 100, MaxInFlight: 16})
		throttle(t, p, header("Retry-After", "7"))
		began := time.Now()
		var group sync.WaitGroup
		for range 16 {
			group.Go(func() {
				end, err := p.Begin(context.Background())
				if err != nil {
					t.Error(err)
					return
				}
				if waited := time.Since(began); waited < 7*time.Second {
					t.Errorf("started after %s", waited)
				}
				end(200, true)
			})
		}
		synctest.Wait()
		if note := p.Note(); note != "paused for 7s more: Retry-After" {
			t.Errorf("note %q", note)
		}
		group.Wait()
		if took := time.Since(began); took > 7*time.Second+150*time.Millisecond {
			t.Errorf("sixteen calls at 100/s after the pause took until %s: the pause cost tokens", took)
		}
		if p.Note() != "" {
			t.Errorf("note %q", p.Note())
		}
	})
}

// Calls that wait for a token when a pause begins give their tokens back.
func TestAPauseCostsNoTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Options{PerSecond: 1, MaxInFlight: 20})
		end, err := p.Begin(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		var group sync.WaitGroup
		for range 10 {
			group.Go(func() {
				if err := call(p, 0, 200, true); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		p.Observe(429, header("Retry-After", "3"))
		end(429, false)
		group.Wait()
		if took := time.Since(began); took != 12*time.Second {
			t.Errorf("ten calls at 1/s after a pause of 3 s ended after %s", took)
		}
	})
}

func TestTooLongAWaitStopsAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		after string
		stops bool
	}{
		"as long as allowed": {"900", false},
		"longer":             {"901", true},
		"absurd":             {"99999999999999", true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pace.New(pace.Options{PerSecond: 10, MaxInFlight: 2})
				throttle(t, p, header("Retry-After", c.after))
				began := time.Now()
				err := call(p, 0, 200, true)
				if errors.Is(err, pace.ErrTooLong) != c.stops || c.stops && time.Since(began) != 0 {
					t.Errorf("after %s: %v", time.Since(began), err)
				}
				if c.stops && !strings.Contains(err.Error(), "Retry-After asks to wait") {
					t.Errorf("the error does not say when to come back: %v", err)
				}
			})
		})
	}
}

// A 429 without advice halves the rate, once for all the calls in flight together.
// The rate then rises slowly to the ceiling and never above.
func TestA429WithoutAdviceHalvesOnceAndComesBack(t *testing.T) {
	for name, h := range map[string][]string{
		"no header":                   nil,
		"a grant that is not reached": {"Kard-Api-Usage-Quota-Capacity", "6000"},
		"Retry-After of zero":         {"Retry-After", "0"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pace.New(pace.Options{PerSecond: 40, MaxInFlight: 16})
				work(p, 16, 16, lasting(300*time.Millisecond), func(int) (int, bool) {
					p.Observe(429, header(h...))
					return 429, false
				})
				if r := p.Report(); r.Lowest != 20 || r.Throttled != 16 || !slices.Equal(whats(p), []string{"slowed"}) {
					t.Fatalf("lowest %v, %d throttled, %v", r.Lowest, r.Throttled, whats(p))
				}
				began := time.Now()
				s := work(p, 16, 600, lasting(10*time.Millisecond), well)
				if got := s.at[30].Sub(began); got < time.Second {
					t.Errorf("30 calls after the cut took %s", got)
				}
				if got := s.busiest(time.Second); got > 41 {
					t.Errorf("%d calls in a second on the way back", got)
				}
				if got := whats(p); !slices.Equal(got, []string{"slowed", "recovered"}) {
					t.Errorf("events %v", got)
				}
				last := p.Report().Events[1]
				if took := last.At.Sub(began); took < 8*time.Second || took > 14*time.Second || last.PerSecond != 40 {
					t.Errorf("back at %v after %s", last.PerSecond, took)
				}
			})
		})
	}
}

// However low the ceiling is, a cut never raises the rate above it.
func TestACutNeverRaisesALowRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Options{PerSecond: 0.05, MaxInFlight: 4})
		s := work(p, 4, 10, lasting(time.Second), func(int) (int, bool) {
			p.Observe(429, header())
			return 429, true
		})
		if got := s.busiest(20*time.Second - time.Millisecond); got > 1 || p.Report().Lowest > 0.05 {
			t.Errorf("%d calls in 20 s at 0.05/s, lowest %v", got, p.Report().Lowest)
		}
	})
}

// Without a ceiling the measured rate is halved. Advice to wait is not enough
// there, because every caller would start at once after it.
func TestUnlimitedIsCutToHalfOfWhatWasMeasured(t *testing.T) {
	for name, h := range map[string][]string{"no advice": nil, "advice to wait": {"Retry-After", "5"}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pace.New(pace.Options{MaxInFlight: 10})
				work(p, 10, 500, lasting(100*time.Millisecond), well)
				throttle(t, p, header(h...))
				if got := p.Report().Lowest; got < 45 || got > 56 {
					t.Errorf("100 calls a second were cut to %v", got)
				}
				work(p, 10, 5000, lasting(100*time.Millisecond), well)
				if got := whats(p); got[len(got)-1] != "recovered" || p.Report().Events[len(got)-1].PerSecond != 0 {
					t.Errorf("events %v", got)
				}
			})
		})
	}
}

func TestTheGrantOfTheAPIIsTheCeiling(t *testing.T) {
	for name, c := range map[string]struct {
		header []string
		grant  float64
	}{
		"Kard's capacity is per minute":      {[]string{"Kard-Api-Usage-Quota-Capacity", "600"}, 10},
		"a policy names its window":          {[]string{"RateLimit-Policy", `"default";q=100;w=20`}, 5},
		"the least of several":               {[]string{"RateLimit-Policy", "a;q=100;w=1, b;q=120;w=60"}, 2},
		"on several lines":                   {[]string{"RateLimit-Policy", "a;q=100;w=1", "RateLimit-Policy", "b;q=120;w=60"}, 2},
		"more than the ceiling: only halved": {[]string{"Kard-Api-Usage-Quota-Capacity", "60000"}, 25},
		"malformed: only halved":             {[]string{"RateLimit-Policy", "a;q=-1;w=0,;;,b;q=x;w="}, 25},
		"less than one call: only halved":    {[]string{"Kard-Api-Usage-Quota-Capacity", "0.0001"}, 25},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pace.New(pace.Options{PerSecond: 50, MaxInFlight: 4})
				throttle(t, p, header(c.header...))
				if got := p.Report().Lowest; got != c.grant {
					t.Errorf("%v calls a second, want %v", got, c.grant)
				}
				if c.grant == 25 {
					return
				}
				s := work(p, 4, 400, lasting(10*time.Millisecond), well)
				if got := s.busiest(time.Second); got > int(c.grant)+1 {
					t.Errorf("%d calls in a second", got)
				}
			})
		})
	}
}

func TestReportKeepsTheFirstHundredEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Options{PerSecond: 100, MaxInFlight: 2})
		for range 130 {
			throttle(t, p, header("Retry-After", "2"))
		}
		r := p.Report()
		if len(r.Events) != 100 || r.Left != 30 || r.Throttled != 130 || r.Calls != 130 || r.Ceiling != 100 || r.Lowest != 100 {
			t.Errorf("%d events, %d left, %d throttled, %d calls, ceiling %v, lowest %v",
				len(r.Events), r.Left, r.Throttled, r.Calls, r.Ceiling, r.Lowest)
		}
		e := r.Events[0]
		if e.What != "paused" || e.For != 2*time.Second || e.Why != "Retry-After" || e.At.IsZero() {
			t.Errorf("event %+v", e)
		}
		r.Events[0].What = "changed by the caller"
		if p.Report().Events[0].What != "paused" {
			t.Error("a report shares its events")
		}
	})
}

func TestNoteTellsThatTheAPIIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Options{MaxInFlight: 2})
		if p.Note() != "" {
			t.Errorf("note %q", p.Note())
		}
		failTen(t, p)
		if note := p.Note(); !strings.HasPrefix(note, "the API has been down since 00:00:00, next try in 1s") {
			t.Errorf("note %q", note)
		}
		if e := p.Report().Events[0]; e.Why != "10 calls in a row failed, the last with status 500" {
			t.Errorf("why %q", e.Why)
		}
	})
}
