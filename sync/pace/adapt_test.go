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

// Without a ceiling the measured rate is halved, and kept until the API takes more again.
func TestUnlimitedIsCutToHalfOfWhatWasMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Options{MaxInFlight: 10})
		work(p, 10, 500, lasting(100*time.Millisecond), well)
		throttle(t, p, header())
		if got := p.Report().Lowest; got < 45 || got > 56 {
			t.Errorf("100 calls a second were cut to %v", got)
		}
		began := time.Now()
		s := work(p, 10, 5000, lasting(100*time.Millisecond), well)
		if got := s.at[50].Sub(began); got < 700*time.Millisecond {
			t.Errorf("50 calls after the cut took %s", got)
		}
		if got := whats(p); got[len(got)-1] != "recovered" || p.Report().Events[len(got)-1].PerSecond != 0 {
			t.Errorf("events %v", got)
		}
	})
}

// A 429 that says how long to wait lowers no rate, unless another follows soon after
// the wait: then the rate falls by a fifth, once for all the calls in flight.
func TestAWaitLowersTheRateOnlyIfItDoesNotHelp(t *testing.T) {
	for name, c := range map[string]struct {
		ceiling float64
		header  []string
		between time.Duration // from the end of the wait to the second 429
		lowest  [2]float64
		events  []string
	}{
		"once again at once":            {40, []string{"Retry-After", "5"}, 0, [2]float64{32, 32}, []string{"paused", "slowed", "paused"}},
		"once again after 9 s":          {40, []string{"Retry-After", "5"}, 9 * time.Second, [2]float64{32, 32}, []string{"paused", "slowed", "paused"}},
		"once again after 11 s":         {40, []string{"Retry-After", "5"}, 11 * time.Second, [2]float64{40, 40}, []string{"paused", "paused"}},
		"another header asks to wait":   {40, []string{"X-RateLimit-Reset", "5"}, 0, [2]float64{32, 32}, []string{"paused", "slowed", "paused"}},
		"without a ceiling":             {0, []string{"Retry-After", "5"}, 0, [2]float64{72, 90}, []string{"paused", "slowed", "paused"}},
		"without a ceiling, after 11 s": {0, []string{"Retry-After", "5"}, 11 * time.Second, [2]float64{0, 0}, []string{"paused", "paused"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pace.New(pace.Options{PerSecond: c.ceiling, MaxInFlight: 16})
				work(p, 10, 500, lasting(100*time.Millisecond), well)
				begun := make(chan func(int, bool), 8)
				for range 8 { // they are all in flight at once
					end, err := p.Begin(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					begun <- end
				}
				for range 8 {
					p.Observe(429, header(c.header...))
					(<-begun)(429, false)
				}
				if r := p.Report(); r.Lowest != c.ceiling || !slices.Equal(whats(p), []string{"paused"}) {
					t.Fatalf("after the first: lowest %v, %v", r.Lowest, whats(p))
				}
				time.Sleep(5*time.Second + c.between)
				throttle(t, p, header(c.header...))
				if r := p.Report(); r.Lowest < c.lowest[0] || r.Lowest > c.lowest[1] || !slices.Equal(whats(p), c.events) {
					t.Errorf("after the second: lowest %v, %v", r.Lowest, whats(p))
				}
			})
		})
	}
}

// What remains of a short window is spread over the time that is left of it; of a long
// one only nothing left counts.
func TestWhatRemainsSetsThePaceOfAShortWindow(t *testing.T) {
	const daily = `"burst";q=100;w=1, "daily";q=10000;w=86400`
	for name, c := range map[string]struct {
		header []string
		least  int // calls in the next five seconds at a ceiling of 50
		most   int
	}{
		"much of a day":              {[]string{"RateLimit-Policy", daily, "RateLimit", `"burst";r=99;t=1, "daily";r=9990;t=80000`}, 240, 251},
		"little of a day":            {[]string{"RateLimit-Policy", daily, "RateLimit", `"daily";r=2;t=80000`}, 240, 251},
		"a minute and a second":      {[]string{"RateLimit", `"x";r=10;t=61`}, 240, 251},
		"a minute":                   {[]string{"RateLimit", `"x";r=120;t=60`}, 9, 11},
		"an older draft":             {[]string{"RateLimit", `limit=100, remaining=40, reset=10`}, 19, 21},
		"bytes, not requests":        {[]string{"RateLimit-Policy", `"x";q=65535;qu="content-bytes";w=10`, "RateLimit", `"x";r=20;t=10`}, 240, 251},
		"calls at once":              {[]string{"RateLimit-Policy", `"x";q=2;qu=concurrent-requests`, "RateLimit", `"x";r=1;t=10`}, 240, 251},
		"requests, in so many words": {[]string{"RateLimit-Policy", `"x";q=100;qu="requests";w=10`, "RateLimit", `"x";r=20;t=10`}, 9, 11},
		"the scarcest of several":    {[]string{"RateLimit", `"a";r=100;t=10, "b";r=20;t=10`}, 9, 11},
		"more than the ceiling":      {[]string{"RateLimit", `"x";r=1000;t=10`}, 240, 251},
		"until the window ends":      {[]string{"RateLimit", `"x";r=2;t=2`}, 140, 153},
		"malformed":                  {[]string{"RateLimit", `"x";r=20;t=10,`}, 240, 251},
		"no time":                    {[]string{"RateLimit", `"x";r=20`}, 240, 251},
		"a byte sequence and a date": {[]string{"RateLimit", `:AA==:;r=:AA==:;t=@5`}, 240, 251},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pace.New(pace.Options{PerSecond: 50, MaxInFlight: 4})
				end, err := p.Begin(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				p.Observe(200, header(c.header...))
				end(200, true)
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				n := 0
				for ; ; n++ {
					end, err := p.Begin(ctx)
					if err != nil {
						break
					}
					end(200, true)
				}
				if n < c.least || n > c.most {
					t.Errorf("%d calls in 5 s, want %d to %d", n, c.least, c.most)
				}
			})
		})
	}
}

// A quota of which nothing is left ends the run if the wait is too long, whatever its
// window.
func TestNothingLeftOfALongWindow(t *testing.T) {
	for left, stops := range map[string]bool{"900": false, "80000": true} {
		synctest.Test(t, func(t *testing.T) {
			p := pace.New(pace.Options{PerSecond: 50})
			began := time.Now()
			end, _ := p.Begin(t.Context())
			p.Observe(200, header("RateLimit", `"daily";r=0;t=`+left))
			end(200, true)
			err := call(p, 0, 200, true)
			if errors.Is(err, pace.ErrTooLong) != stops || !stops && time.Since(began) < 900*time.Second {
				t.Errorf("%s s left: %v after %s", left, err, time.Since(began))
			}
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
		"an older draft":                     {[]string{"RateLimit-Policy", `100;w=20, 1000;w=60;comment="x"`}, 5},
		"a day's quota: only halved":         {[]string{"RateLimit-Policy", `"daily";q=10000;w=86400`}, 25},
		"a policy about bytes: only halved":  {[]string{"RateLimit-Policy", `"x";q=100;w=20;qu="content-bytes"`}, 25},
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
		p := pace.New(pace.Options{PerSecond: 100, MaxInFlight: 2, GiveUpAfter: time.Hour})
		for range 130 {
			throttle(t, p, header("Retry-After", "2"))
			time.Sleep(13 * time.Second) // so that waiting is enough
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
