package shared_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"usersync/sync/ledger"
	"usersync/sync/pace"
	"usersync/sync/pace/shared"
)

// Where Redis fails, the ledger counts, and no second is fuller for it.
func TestRedisFails(t *testing.T) {
	t.Parallel()
	url, err := ledgers()
	if err != nil {
		t.Fatal(err)
	}
	server := startRedis(t)
	j := crowd(t, url)
	j.Redis = server.address()
	all := j.fleet(t, 4)
	all.await(t, 150, time.Time{})
	server.kill()
	all.await(t, 150, time.Now().Add(pace.Ahead+time.Second))
	starts, _ := all.end()
	j.keeps(t, starts)
}

// standIn stands in for Redis, as one process sees it.
type standIn struct {
	asked atomic.Int64
	slow  time.Duration
	err   error
}

func (s *standIn) Reserve(context.Context, pace.Ask) (pace.Answer, error) {
	s.asked.Add(1)
	<-time.After(s.slow)
	return pace.Answer{Now: time.Now()}, s.err
}

// counts returns who counts for a process, or the error.
func counts(t *testing.T, f *shared.Fallback) string {
	t.Helper()
	answer, err := f.Reserve(t.Context(), pace.Ask{Calls: 1, PerSecond: 10, Burst: 1})
	if err != nil {
		return err.Error()
	}
	if answer.Fallen {
		return "ledger"
	}
	return "redis"
}

// A process that can reach Redis no longer reserves there, once another one could not, and
// neither reserves in the ledger before what was reserved in Redis is over. The next run
// begins with Redis.
func TestAllProcessesSwitch(t *testing.T) {
	t.Parallel()
	url, err := ledgers()
	if err != nil {
		t.Fatal(err)
	}
	process := func(s *standIn, run string) *shared.Fallback {
		return &shared.Fallback{Redis: s, Ledger: &shared.Postgres{DB: connect(t, url), Account: t.Name(), Run: run}}
	}
	var well standIn
	cut, sees := process(&standIn{err: errors.New("no route to host")}, "run-1"), process(&well, "run-1")
	var switched time.Time
	for began := time.Now(); time.Since(began) < time.Minute; <-time.After(50 * time.Millisecond) {
		if got := counts(t, cut); got == "calls that Redis has counted may not be over" {
			switched = time.Now()
			break
		} else if got != "no route to host" {
			t.Fatal(got)
		}
		if got := counts(t, sees); got != "redis" {
			t.Fatalf("before the switch: %s", got)
		}
	}
	follows := func(f *shared.Fallback, within time.Duration) {
		t.Helper()
		for time.Since(switched) < time.Minute {
			got := counts(t, f)
			if got == "redis" && time.Since(switched) > within {
				t.Errorf("reserved in Redis %s after the switch", time.Since(switched))
			}
			if got == "ledger" {
				if since := time.Since(switched); since < 2*time.Second {
					t.Errorf("reserved in the ledger %s after the switch", since)
				}
				return
			}
			<-time.After(50 * time.Millisecond)
		}
	}
	follows(sees, 1200*time.Millisecond)
	follows(cut, 0)
	var late standIn
	if got := counts(t, process(&late, "run-1")); late.asked.Load() > 0 || got == "redis" {
		t.Errorf("a process that starts later: %s", got)
	}
	if got := counts(t, process(&well, "run-2")); got != "redis" {
		t.Errorf("the next run: %s", got)
	}
}

// A process does not reserve in Redis while it cannot know whether Redis counts.
func TestWithoutTheLedgerRedisDoesNotCount(t *testing.T) {
	t.Parallel()
	url, err := ledgers()
	if err != nil {
		t.Fatal(err)
	}
	closed, err := ledger.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	var s standIn
	if got := counts(t, &shared.Fallback{Redis: &s, Ledger: &shared.Postgres{DB: closed, Account: t.Name(), Run: "run-1"}}); got == "redis" || s.asked.Load() > 0 {
		t.Errorf("without the ledger: %s", got)
	}
	slow := &shared.Fallback{Redis: &standIn{slow: 2100 * time.Millisecond}, Ledger: &shared.Postgres{DB: connect(t, url), Account: t.Name(), Run: "run-1"}}
	if got := counts(t, slow); got != "redis answered too late" {
		t.Errorf("an answer that came when another process may have switched: %s", got)
	}
}

// An address that cannot be read is refused without showing it.
func TestTheAddressOfRedis(t *testing.T) {
	for _, address := range []string{"", "localhost:6379", "http://u:secret@host", "redis://", "redis://u:secret@ho st"} {
		if _, err := shared.OpenRedis(address, "a", "r"); err == nil || err.Error() != "its address is not redis://HOST:PORT/N or rediss://HOST:PORT/N" {
			t.Errorf("%q: %v", address, err)
		}
	}
}
