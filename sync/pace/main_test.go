package pace_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"usersync/sync/pace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// call makes one call that takes latency and ends with this status.
func call(p *pace.Pace, latency time.Duration, status int, through bool) error {
	end, err := p.Begin(context.Background())
	if err != nil {
		return err
	}
	time.Sleep(latency)
	end(status, through)
	return nil
}

// starts records when calls start. It is safe for concurrent use.
type starts struct {
	mu sync.Mutex
	at []time.Time
}

func (s *starts) add() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = append(s.at, time.Now())
}

// sort puts the starts of several processes in order.
func (s *starts) sort() { slices.SortFunc(s.at, time.Time.Compare) }

// busiest returns the largest number of calls in any window, its end excluded.
func (s *starts) busiest(window time.Duration) int {
	most, from := 0, 0
	for to, at := range s.at {
		for at.Sub(s.at[from]) >= window {
			from++
		}
		most = max(most, to-from+1)
	}
	return most
}

// work starts n calls from this many workers, each latency long, and returns when
// they started.
func work(p *pace.Pace, workers, n int, latency func(i int) time.Duration, end func(i int) (int, bool)) *starts {
	s, calls := new(starts), make(chan int)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for i := range calls {
				finish, err := p.Begin(context.Background())
				if err != nil {
					continue
				}
				s.add()
				time.Sleep(latency(i))
				finish(end(i))
			}
		})
	}
	for i := range n {
		calls <- i
	}
	close(calls)
	group.Wait()
	return s
}

func lasting(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }

func well(int) (int, bool) { return 200, true }

// header makes a header from alternating names and values.
func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

// throttle makes one call that is answered 429 with the header.
func throttle(t *testing.T, p *pace.Pace, h http.Header) {
	t.Helper()
	end, err := p.Begin(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	p.Observe(http.StatusTooManyRequests, h)
	end(http.StatusTooManyRequests, false)
}

// whats lists what happened, in order.
func whats(p *pace.Pace) []string {
	var list []string
	for _, e := range p.Report().Events {
		list = append(list, e.What)
	}
	return list
}
