package pace_test

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/pace"
)

// server is an API that works on some calls at a time, and lets the others wait.
type server struct {
	works   chan struct{} // nil: on all of them
	latency atomic.Int64  // of a call that does not wait
	takes   int           // it refuses more calls than these; 0: none
	refusal int           // the status

	inFlight, mostInFlight, refused atomic.Int64
}

func newServer(latency time.Duration, worksOn int) *server {
	s := new(server)
	s.latency.Store(int64(latency))
	if worksOn > 0 {
		s.works = make(chan struct{}, worksOn)
	}
	return s
}

func (s *server) call(int) (int, bool) {
	defer s.inFlight.Add(-1)
	n := s.inFlight.Add(1)
	if n > s.mostInFlight.Load() { // one too few if two calls begin in the same moment does no harm
		s.mostInFlight.Store(n)
	}
	if s.takes > 0 && int(n) > s.takes {
		time.Sleep(time.Millisecond)
		s.refused.Add(1)
		return s.refusal, false
	}
	if s.works != nil {
		s.works <- struct{}{}
		defer func() { <-s.works }()
	}
	time.Sleep(time.Duration(s.latency.Load()))
	return 200, true
}

// sender sends calls one after the other, as many at a time as p finds, and keeps when that
// number changed.
type sender struct {
	pace  *pace.Pace
	may   func() (int, time.Duration)
	busy  int
	left  chan struct{}
	pause time.Duration // between calls
	began time.Time
	found []int // each number of workers that was found
}

// newSender returns a sender for a simulated test, at whose end it waits for the calls in flight.
func newSender(t *testing.T) *sender {
	p := pace.New(pace.Options{MaxInFlight: pace.MostWorkers, FindInFlight: true})
	s := &sender{pace: p, may: p.Workers, left: make(chan struct{}, 1000), began: time.Now()}
	t.Cleanup(s.finish)
	return s
}

// last is the number of workers now.
func (s *sender) last() int { return s.found[len(s.found)-1] }

// send makes calls for a time, and returns how many were answered.
func (s *sender) send(lasts time.Duration, call func(int) (int, bool)) int {
	before := s.pace.Answered()
	for until := time.Now().Add(lasts); time.Now().Before(until); {
		may, _ := s.may()
		if len(s.found) == 0 || may != s.last() {
			s.found = append(s.found, may)
		}
		if s.busy >= may {
			<-s.left
			s.busy--
			continue
		}
		time.Sleep(s.pause)
		s.busy++
		go func() {
			defer func() { s.left <- struct{}{} }()
			if end, err := s.pace.Begin(context.Background()); err == nil {
				end(call(0))
			}
		}()
	}
	return int(s.pace.Answered() - before)
}

// finish waits for the calls in flight.
func (s *sender) finish() {
	for ; s.busy > 0; s.busy-- {
		<-s.left
	}
}

// Without a rate, an API that takes as long for many calls as for a few gets more of them,
// within seconds and up to the bound, and the run becomes faster by as much.
func TestUnlimitedWorkersGrow(t *testing.T) {
	for _, latency := range []time.Duration{5 * time.Millisecond, 20 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond} {
		t.Run(latency.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSender(t)
				api := newServer(latency, 0)
				s.send(max(2*time.Second, 30*latency), api.call)
				if s.last() != pace.MostUnlimited || s.pace.MostWorkers() != pace.MostUnlimited {
					t.Errorf("found %v", s.found)
				}
				answered, ideal := s.send(20*latency, api.call), pace.MostUnlimited*20
				if answered < ideal*95/100 {
					t.Errorf("%d calls, want about %d", answered, ideal)
				}
			})
		})
	}
}

// An API that works on so many calls at a time, and lets others wait, gets about so many of
// them: at first no more than the last step adds, a few more in the long run, and the number
// changes seldom.
func TestUnlimitedWorkersDoNotQueue(t *testing.T) {
	for _, worksOn := range []int{4, 16, 20, 40} {
		t.Run(fmt.Sprint("works on ", worksOn), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSender(t)
				api := newServer(400*time.Millisecond, worksOn)
				s.send(40*time.Second, api.call)
				atFirst, steps := int(api.mostInFlight.Swap(0)), len(s.found)
				answered := s.send(10*time.Minute, api.call)
				later, enough := int(api.mostInFlight.Load()), max(16, worksOn)
				if atFirst > max(24, worksOn*9/5) || later > max(18, enough*7/5) || s.last() < enough || s.last() > enough*5/4 {
					t.Errorf("%d calls in flight at first, %d later, with %v workers", atFirst, later, s.found)
				}
				if changes := len(s.found) - steps; changes > 10 {
					t.Errorf("changed %d times in ten minutes: %v", changes, s.found)
				}
				if ideal := 1500 * worksOn; answered < ideal*97/100 {
					t.Errorf("%d calls, want %d", answered, ideal)
				}
			})
		})
	}
}

// An API that refuses more calls than some gets fewer of them at once, less than it takes,
// and more again only after longer and longer times.
func TestUnlimitedWorkersRespectRefusals(t *testing.T) {
	for _, c := range []struct{ status, takes int }{{503, 20}, {503, 40}, {503, 60}, {0, 40}, {429, 40}} {
		t.Run(fmt.Sprintf("%d above %d", c.status, c.takes), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSender(t)
				api := newServer(400*time.Millisecond, 0)
				api.takes, api.refusal = c.takes, c.status
				call := func(i int) (int, bool) {
					status, answered := api.call(i)
					if !answered {
						s.pace.Observe(status, nil)
					}
					return status, answered
				}
				if s.send(20*time.Second, call); s.last() >= c.takes {
					t.Errorf("%v workers after a refusal", s.found)
				}
				before := api.refused.Load()
				answered := s.send(10*time.Minute, call)
				refused := api.refused.Load() - before
				if before == 0 || before > 20 || refused > 60 || s.last() > c.takes {
					t.Errorf("%d and %d refusals with %v workers", before, refused, s.found)
				}
				if few := 1500 * 15; answered < few {
					t.Errorf("%d calls, 15 workers make %d", answered, few)
				}
			})
		})
	}
}

// What the API says about its limits keeps the number of workers where it is, also if no
// call fails.
func TestUnlimitedWorkersHeedHeaders(t *testing.T) {
	for name, h := range map[string]http.Header{
		"a quota":          header("RateLimit", `"default";r=900000;t=60`),
		"the quota's size": header("Kard-Api-Usage-Quota-Capacity", "100000"),
		"a wait":           header("X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1"),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newSender(t)
				api := newServer(100*time.Millisecond, 0)
				s.send(20*time.Second, func(i int) (int, bool) {
					defer s.pace.Observe(200, h)
					return api.call(i)
				})
				if s.pace.MostWorkers() != 16 {
					t.Errorf("%v workers", s.found)
				}
			})
		})
	}
}

// If calls suddenly take longer, fewer are in flight. If that does not help, what they take
// now is what they take, and the number grows again.
func TestUnlimitedWorkersFollowTheLatency(t *testing.T) {
	t.Run("slower", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newSender(t)
			api := newServer(100*time.Millisecond, 0)
			s.send(10*time.Second, api.call)
			api.latency.Store(int64(400 * time.Millisecond))
			grown := s.last()
			if s.send(10*time.Second, api.call); grown != pace.MostUnlimited || s.last() != 16 {
				t.Errorf("%v workers while calls take four times as long", s.found)
			}
			if s.send(time.Minute, api.call); s.last() != pace.MostUnlimited {
				t.Errorf("%v workers a minute later", s.found)
			}
		})
	})
	t.Run("can do less", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newSender(t)
			api := newServer(100*time.Millisecond, 64)
			s.send(10*time.Second, api.call)
			for range 44 { // others occupy it
				api.works <- struct{}{}
			}
			s.send(10*time.Second, api.call)
			if api.mostInFlight.Store(0); s.last() > 25 {
				t.Errorf("%v workers for an API that works on 20 calls", s.found)
			}
			if s.send(10*time.Minute, api.call); api.mostInFlight.Load() > 30 {
				t.Errorf("%d calls in flight with %v workers", api.mostInFlight.Load(), s.found)
			}
			for range 44 {
				<-api.works
			}
			if s.send(10*time.Minute, api.call); s.last() != 64 {
				t.Errorf("%v workers after it works on 64 calls again", s.found)
			}
		})
	})
}

// Few calls, calls that come one by one, and those of canaries change nothing.
func TestUnlimitedWorkersStayFew(t *testing.T) {
	t.Run("few calls", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newSender(t)
			api := newServer(100*time.Millisecond, 0)
			s.send(350*time.Millisecond, api.call)
			if s.finish(); s.pace.Answered() > 64 || s.pace.MostWorkers() != 16 {
				t.Errorf("%v workers for %d calls", s.found, s.pace.Answered())
			}
		})
	})
	t.Run("slow input", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newSender(t)
			api := newServer(100*time.Millisecond, 0)
			s.pause = 10 * time.Millisecond // so about ten are in flight
			if s.send(time.Minute, api.call); s.pace.MostWorkers() != 16 {
				t.Errorf("%v workers", s.found)
			}
		})
	})
	t.Run("canaries", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newSender(t)
			api := newServer(100*time.Millisecond, 0)
			s.may = s.pace.CanaryWorkers
			s.send(time.Minute, api.call)
			s.may = s.pace.Workers
			if s.send(200*time.Millisecond, api.call); s.pace.MostWorkers() != 16 {
				t.Errorf("%v workers", s.found)
			}
		})
	})
	t.Run("the processor is the limit", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newSender(t)
			api := newServer(2*time.Millisecond, 2)
			if s.send(time.Minute, api.call); s.pace.MostWorkers() != 16 {
				t.Errorf("%v workers", s.found)
			}
		})
	})
}

// A moment in which nothing is answered, such as when the machine pauses, does not count.
func TestUnlimitedWorkersForgiveAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSender(t)
		api := newServer(100*time.Millisecond, 0)
		s.send(1200*time.Millisecond, func(i int) (int, bool) {
			if now := time.Since(s.began); now > 900*time.Millisecond && now < 1010*time.Millisecond {
				time.Sleep(200 * time.Millisecond)
			}
			return api.call(i)
		})
		if s.send(3*time.Second, api.call); s.last() != pace.MostUnlimited {
			t.Errorf("%v workers", s.found)
		}
	})
}

// Calls that follow from the answer of one, and so are sent at once, are in flight only as
// far as there are workers.
func TestUnlimitedCallsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSender(t)
		api := newServer(100*time.Millisecond, 0)
		atOnce := func() int64 {
			s.finish()
			api.mostInFlight.Store(0)
			work(s.pace, 200, 400, lasting(0), api.call)
			return api.mostInFlight.Load()
		}
		few := atOnce()
		s.send(10*time.Second, api.call)
		many := atOnce()
		if err := call(s.pace, 0, 503, false); err != nil {
			t.Fatal(err)
		}
		s.may()
		s.finish()
		atOnce() // calls in flight are not ended
		if half := atOnce(); few != 16 || many != 64 || half != 32 {
			t.Errorf("%d, %d and %d calls in flight", few, many, half)
		}
	})
}
