package pace

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// far answers each question after a way that takes as long back as forth, with moments that are
// apart as far as the grace of the margin requires.
type far struct {
	way    time.Duration
	mu     sync.Mutex
	due    time.Time
	margin time.Duration
}

func (f *far) Reserve(_ context.Context, a Ask) (Answer, error) {
	<-time.After(f.way)
	defer func() { <-time.After(f.way) }()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.margin = max(f.margin, a.Margin)
	apart := time.Duration((1 + f.margin.Seconds()) / (a.PerSecond + 1) * float64(time.Second))
	answer := Answer{Now: time.Now(), Grace: f.margin, PerSecond: a.PerSecond}
	if f.due.Before(answer.Now) {
		f.due = answer.Now
	}
	for range a.Calls {
		if f.due.Sub(answer.Now) <= Ahead {
			answer.At, f.due = append(answer.At, f.due), f.due.Add(apart)
		}
	}
	answer.Next = f.due
	return answer, nil
}

// Calls start although the server of the limit always answers slowly, and no second holds too many.
func TestASlowServer(t *testing.T) {
	const perSecond, count, each = 40, 3, 60
	for _, way := range []time.Duration{time.Millisecond, 60 * time.Millisecond, 400 * time.Millisecond, 1300 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			server := &far{way: way}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
			defer cancel()
			var mu sync.Mutex
			var at []time.Time
			start := func() (bool, error) {
				mu.Lock()
				defer mu.Unlock()
				at = append(at, time.Now())
				return true, nil
			}
			var all sync.WaitGroup
			for range count {
				s := newShare(Options{Shared: server, PerSecond: perSecond, Burst: 1, GiveUpAfter: time.Minute}, func(Answer, error) {})
				for range 4 {
					all.Go(func() {
						for range each / 4 {
							if ok, err := s.take(ctx, nil, start); !ok || err != nil {
								t.Errorf("%s: %v", way, err)
								return
							}
						}
					})
				}
			}
			all.Wait()
			slices.SortFunc(at, time.Time.Compare)
			for i := range max(0, len(at)-perSecond-1) {
				if within := at[i+perSecond+1].Sub(at[i]); within < time.Second-time.Microsecond {
					t.Fatalf("%s: %d calls within %s", way, perSecond+2, within)
				}
			}
			if wide := server.margin; (way == time.Millisecond) != (wide == leastMargin(perSecond)) || way > time.Millisecond && wide > 5*way {
				t.Errorf("%s: a margin of %s", way, wide)
			}
		})
	}
}
