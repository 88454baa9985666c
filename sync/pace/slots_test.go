package pace_test

import (
	"context"
	"fmt"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/pace"
)

// find makes n calls from as many workers as p finds, and returns when they started and the
// most that worked at a time.
func find(p *pace.Pace, n int, latency time.Duration, end func(i int) (int, bool)) (s *starts, most int) {
	s = new(starts)
	var group sync.WaitGroup
	busy, left := 0, make(chan struct{}, n)
	for i := range n {
		for {
			may, lasts := p.Workers()
			if busy < may {
				break
			}
			var more <-chan time.Time
			if lasts > 0 {
				more = time.After(lasts)
			}
			select {
			case <-left:
				busy--
			case <-more:
			}
		}
		busy++
		most = max(most, busy)
		group.Go(func() {
			finish, err := p.Begin(context.Background())
			if err == nil {
				s.add()
				time.Sleep(latency)
				finish(end(i))
			}
			left <- struct{}{}
		})
	}
	group.Wait()
	return s, most
}

// The number of workers is found that a rate needs at a latency: the run takes at most 1%
// longer than it must, no second holds more calls than the rate, and few workers are enough
// where few are needed.
func TestWorkersAreFound(t *testing.T) {
	for _, perSecond := range []float64{5, 50, 500} {
		for _, latency := range []time.Duration{5 * time.Millisecond, 50 * time.Millisecond, 500 * time.Millisecond} {
			t.Run(fmt.Sprintf("%g/s at %s", perSecond, latency), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					calls := int(60 * perSecond)
					p := pace.New(pace.Options{PerSecond: perSecond, MaxInFlight: pace.MostWorkers, FindInFlight: true})
					began := time.Now()
					s, most := find(p, calls, latency, well)
					ideal := time.Duration(float64(calls-1)/perSecond*float64(time.Second)) + latency
					if took := time.Since(began); took > ideal+ideal/100 {
						t.Errorf("took %s, ideal is %s", took, ideal)
					}
					if got := s.busiest(time.Second - time.Microsecond); got > int(perSecond)+1 {
						t.Errorf("%d calls in a second", got)
					}
					if enough := max(16, int(math.Ceil(1.5*perSecond*latency.Seconds()))); most > enough || most != p.MostWorkers() {
						t.Errorf("%d workers (%d are reported), want at most %d", most, p.MostWorkers(), enough)
					}
				})
			})
		}
	}
}

// An API that becomes slower gets more workers, up to the bound; one that fails gets no more.
func TestWorkersFollowTheAPI(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Options{PerSecond: 500, MaxInFlight: pace.MostWorkers, FindInFlight: true})
		_, before := find(p, 1000, 10*time.Millisecond, well)
		_, slow := find(p, 5000, 400*time.Millisecond, well)
		_, slower := find(p, 5000, 5*time.Second, well)
		if before != 16 || slow < 200 || slow > 300 || slower != pace.MostWorkers {
			t.Errorf("%d, %d and %d workers", before, slow, slower)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Options{PerSecond: 500, MaxInFlight: pace.MostWorkers, FindInFlight: true, GiveUpAfter: time.Minute})
		_, most := find(p, 1000, time.Millisecond, func(int) (int, bool) { return 503, false })
		if most != 16 {
			t.Errorf("%d workers for an API that is down", most)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		p := pace.New(pace.Options{PerSecond: 500, MaxInFlight: pace.MostWorkers, FindInFlight: true})
		_, most := find(p, 128, time.Minute, well)
		if most != 128 {
			t.Errorf("%d workers before the first answer", most)
		}
	})
}
