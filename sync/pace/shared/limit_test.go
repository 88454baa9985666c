package shared_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"usersync/sync/pace"
)

// reserve asks, and fails the test if there is no answer.
func reserve(t *testing.T, s pace.Shared, a pace.Ask) pace.Answer {
	t.Helper()
	answer, err := s.Reserve(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// ready returns the limit after the first call of its run, which must wait.
func ready(t *testing.T, open opener, a pace.Ask) pace.Shared {
	t.Helper()
	s := open("run-1")
	a.Calls = 1
	for until := time.Now().Add(time.Minute); ; {
		if answer := reserve(t, s, a); len(answer.At) > 0 {
			<-time.After(answer.At[0].Sub(answer.Now))
			return s
		}
		if time.Now().After(until) {
			t.Fatal("nothing is reserved")
		}
		<-time.After(20 * time.Millisecond)
	}
}

// most is the largest number of moments in any such span, its end excluded.
func most(at []time.Time, span time.Duration) int {
	slices.SortFunc(at, time.Time.Compare)
	found, from := 0, 0
	for to := range at {
		for at[to].Sub(at[from]) >= span {
			from++
		}
		found = max(found, to-from+1)
	}
	return found
}

// Whatever processes ask for at the same time, any second and the grace of its calls hold
// no more moments than rate + burst, and no moment of the rate is left out.
func TestMomentsKeepTheLimit(t *testing.T) {
	for _, c := range []struct {
		rate   float64
		burst  int
		margin time.Duration
	}{{500, 1, 12 * time.Millisecond}, {50, 5, 12 * time.Millisecond}, {1000.0 / 60, 1, 40 * time.Millisecond}, {200, 20, 100 * time.Millisecond}} {
		everywhere(t, func(t *testing.T, open opener) {
			ask := pace.Ask{PerSecond: c.rate, Burst: c.burst, Margin: c.margin}
			ready(t, open, ask)
			at, grace := reserveTogether(t, open, ask, 8, 1500*time.Millisecond)
			if got, limit := most(at, time.Second+grace), int(c.rate)+c.burst; got > limit {
				t.Errorf("%g/s, burst %d: %d calls in a second, want at most %d", c.rate, c.burst, got, limit)
			}
			if grace < c.margin-time.Millisecond {
				t.Errorf("a call may start %s late, %s were asked for", grace, c.margin)
			}
			least := math.Min(1, (math.Floor(c.rate)+1)/(c.rate*(1+c.margin.Seconds())))
			lasted := at[len(at)-1].Sub(at[0]).Seconds()
			if got := float64(len(at)-1) / lasted / c.rate; got < 0.98*least {
				t.Errorf("%g/s, burst %d: %.1f%% of the rate are reserved in %.1f s", c.rate, c.burst, 100*got, lasted)
			}
		})
	}
}

// reserveTogether lets processes reserve as much as they can for some time. It returns all
// moments, and their grace.
func reserveTogether(t *testing.T, open opener, ask pace.Ask, processes int, lasting time.Duration) (all []time.Time, grace time.Duration) {
	var group sync.WaitGroup
	var mu sync.Mutex
	until := time.Now().Add(lasting)
	for range processes {
		s := open("run-1")
		group.Go(func() {
			for a := ask; time.Now().Before(until); <-time.After(time.Duration(rand.IntN(30)) * time.Millisecond) {
				a.Calls = 1 + rand.IntN(200)
				answer, err := s.Reserve(t.Context(), a)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				all, grace = append(all, answer.At...), answer.Grace
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return all, grace
}

// No moment is in the past, and none more than a second ahead; the answer says when to
// ask again.
func TestNothingIsReservedFarAhead(t *testing.T) {
	everywhere(t, func(t *testing.T, open opener) {
		ask := pace.Ask{PerSecond: 20, Burst: 1}
		s := ready(t, open, ask)
		ask.Calls = 1000
		answer := reserve(t, s, ask)
		if len(answer.At) == 0 || len(answer.At) > 22 {
			t.Errorf("%d moments", len(answer.At))
		}
		for _, at := range answer.At {
			if at.Before(answer.Now) || at.After(answer.Now.Add(pace.Ahead)) {
				t.Errorf("%s from now", at.Sub(answer.Now))
			}
		}
		again := reserve(t, s, ask)
		if len(again.At) > 2 || answer.Next.Sub(answer.Now) < 900*time.Millisecond {
			t.Errorf("%d more moments, next in %s", len(again.At), answer.Next.Sub(answer.Now))
		}
	})
}

// A burst may start at once after a time without calls, and not more than that.
func TestBurst(t *testing.T) {
	everywhere(t, func(t *testing.T, open opener) {
		ask := pace.Ask{PerSecond: 10, Burst: 5}
		s := ready(t, open, ask)
		<-time.After(600 * time.Millisecond)
		ask.Calls = 8
		answer := reserve(t, s, ask)
		var late []time.Duration
		for _, at := range answer.At {
			late = append(late, at.Sub(answer.Now).Round(10*time.Millisecond))
		}
		want := []time.Duration{0, 0, 0, 0, 0, 100 * time.Millisecond, 200 * time.Millisecond, 300 * time.Millisecond}
		if !slices.Equal(late, want) {
			t.Errorf("moments at %v, want %v", late, want)
		}
	})
}

// The first question of another run, if no call is reserved, and of a process that could
// not reach the server reserve nothing that could meet earlier calls.
func TestWhatMayBeForgottenIsWaitedFor(t *testing.T) {
	everywhere(t, func(t *testing.T, open opener) {
		ask := pace.Ask{PerSecond: 20, Burst: 4}
		s := ready(t, open, ask)
		ask.Calls = 10
		reserve(t, s, ask)
		if now := reserve(t, open("run-2"), pace.Ask{PerSecond: 20, Burst: 4}); now.Next.Sub(now.Now) > time.Second {
			t.Errorf("where calls are reserved, another run waits %s", now.Next.Sub(now.Now))
		}
		<-time.After(time.Second)
		lost := ask
		lost.Lost = true
		for name, c := range map[string]struct {
			run string
			ask pace.Ask
		}{"another run": {"run-1", ask}, "out of reach": {"run-1", lost}} {
			answer := reserve(t, open(c.run), c.ask)
			if wait := answer.Next.Sub(answer.Now); len(answer.At) > 0 || wait < pace.Ahead {
				t.Errorf("%s: %d moments, the next in %s", name, len(answer.At), wait)
			}
		}
		if again := reserve(t, open("run-1"), ask); len(again.At) > 0 {
			t.Errorf("%d moments at once, after a question that reserved none", len(again.At))
		}
	})
}
