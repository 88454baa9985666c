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

// failTen makes ten calls that fail, after which the API counts as down.
func failTen(t *testing.T, p *pace.Pace) {
	t.Helper()
	for range 10 {
		if err := call(p, 0, 500, false); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTenFaultsInARowOpenTheBreaker(t *testing.T) {
	for name, c := range map[string]struct {
		statuses []int // 200 succeeded
		down     bool
	}{
		"nine":                         {slices.Repeat([]int{500}, 9), false},
		"ten":                          {slices.Repeat([]int{500}, 10), true},
		"no answers":                   {slices.Repeat([]int{0}, 10), true},
		"one succeeds between them":    {slices.Concat(slices.Repeat([]int{500}, 9), []int{200}, slices.Repeat([]int{500}, 9)), false},
		"throttled calls do not count": {slices.Concat(slices.Repeat([]int{429}, 50), slices.Repeat([]int{503}, 9)), false},
		"nor do calls cut off here":    {slices.Repeat([]int{-2}, 20), false},
		"nor do they reset the count":  {slices.Concat(slices.Repeat([]int{503}, 9), []int{429}, []int{503}), true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pace.New(pace.Options{MaxInFlight: 2})
				for _, status := range c.statuses {
					if err := call(p, 0, status, status == 200); err != nil {
						t.Fatal(err)
					}
				}
				began := time.Now()
				if err := call(p, 0, 200, true); err != nil {
					t.Fatal(err)
				}
				waited := time.Since(began)
				if down := slices.Contains(whats(p), "down"); down != c.down || down != (waited > 0) {
					t.Errorf("down %v, waited %s; want down %v", down, waited, c.down)
				}
			})
		})
	}
}

// While the API is down, single probes go out, increasingly far apart up to a
// minute, and the first success admits every caller.
func TestProbesGrowApartUntilTheFirstSuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Options{MaxInFlight: 16, GiveUpAfter: time.Hour})
		failTen(t, p)
		var mu sync.Mutex
		var probes []time.Time
		under, after := 0, 0
		back := time.Now().Add(20 * time.Minute)
		var group sync.WaitGroup
		for range 16 {
			group.Go(func() {
				for {
					end, err := p.Begin(context.Background())
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					up := time.Now().After(back)
					if up && after > 0 {
						after++
						mu.Unlock()
						end(200, true)
						return
					}
					if under++; under > 1 {
						t.Error("two probes at once")
					}
					probes = append(probes, time.Now())
					mu.Unlock()
					time.Sleep(2 * time.Second)
					mu.Lock()
					under--
					if up {
						after++
					}
					mu.Unlock()
					end(502, up)
					if up {
						return
					}
				}
			})
		}
		group.Wait()
		checkDistances(t, probes)
		if got := whats(p); !slices.Equal(got, []string{"down", "up"}) || after != 16 {
			t.Errorf("events %v, %d calls after the probe", got, after)
		}
	})
}

func checkDistances(t *testing.T, probes []time.Time) {
	t.Helper()
	var last time.Duration
	for i := 1; i < len(probes); i++ {
		distance := probes[i].Sub(probes[i-1]) - 2*time.Second
		if distance > time.Minute || distance < min(last, 40*time.Second) {
			t.Errorf("probe %d came %s after the one before it, that one %s", i, distance, last)
		}
		last = distance
	}
	if len(probes) < 20 || last < 40*time.Second {
		t.Errorf("%d probes in twenty minutes, the last %s apart", len(probes), last)
	}
}

func TestGivesUpInBoundedTime(t *testing.T) {
	for name, status := range map[string]int{"no answer": 0, "500": 500, "429 without advice": 429} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pace.New(pace.Options{PerSecond: 100, MaxInFlight: 8, GiveUpAfter: 5 * time.Minute})
				began := time.Now()
				var group sync.WaitGroup
				for range 20 {
					group.Go(func() {
						for {
							end, err := p.Begin(context.Background())
							if err != nil {
								if !errors.Is(err, pace.ErrGaveUp) {
									t.Error(err)
								}
								return
							}
							time.Sleep(30 * time.Second)
							p.Observe(status, header())
							end(status, false)
						}
					})
				}
				group.Wait()
				if took := time.Since(began); took < 5*time.Minute || took > 6*time.Minute+30*time.Second {
					t.Errorf("gave up after %s", took)
				}
				if got := whats(p); got[len(got)-1] != "stopped" || !strings.HasPrefix(p.Note(), "stopping: ") {
					t.Errorf("events %v, note %q", got, p.Note())
				}
			})
		})
	}
}

// A wait that the API asks for is kept even if it is longer than the time after
// which pace gives up: only the answer after it can tell.
func TestAnAskedForWaitIsNoSilence(t *testing.T) {
	for name, faults := range map[string]int{"one fault before it": 1, "down before it": 10} {
		t.Run(name, func(t *testing.T) {
			for _, through := range []bool{true, false} {
				synctest.Test(t, func(t *testing.T) { checkAskedForWait(t, faults, through) })
			}
		})
	}
}

func checkAskedForWait(t *testing.T, faults int, through bool) {
	t.Helper()
	p := pace.New(pace.Options{MaxInFlight: 4, GiveUpAfter: time.Minute})
	for range faults - 1 {
		if err := call(p, 0, 503, false); err != nil {
			t.Fatal(err)
		}
	}
	end, err := p.Begin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	p.Observe(503, header("Retry-After", "600"))
	end(503, false)
	errs, began := make(chan error, 4), time.Now()
	for range cap(errs) {
		go func() { errs <- call(p, time.Second, 503, through) }()
	}
	gaveUp := 0
	for range cap(errs) {
		if err := <-errs; errors.Is(err, pace.ErrGaveUp) {
			gaveUp++
		} else if err != nil {
			t.Error(err)
		}
	}
	if waited := time.Since(began); waited < 600*time.Second || waited > 610*time.Second {
		t.Errorf("waited %s", waited)
	}
	if err := call(p, 0, 200, true); errors.Is(err, pace.ErrGaveUp) == through || through && gaveUp > 0 {
		t.Errorf("through %v: %d gave up, then %v", through, gaveUp, err)
	}
}
