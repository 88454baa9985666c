package engine_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/stack"
	"usersync/sync/engine"
	"usersync/sync/user"
)

// late is an API that makes a user with every create. It has no answer for the first one, which
// takes effect a while later.
type late struct {
	*api
	after time.Duration
	blind bool

	first   sync.Once
	pending sync.WaitGroup
	made    int
	email   string
}

func (l *late) Traits() destination.Traits {
	t := l.api.Traits()
	t.Ops[user.Create] = destination.OpTraits{Max: 1, Replay: destination.Unsafe}
	t.OwnKeys, t.Blind = true, l.blind
	return t
}

func (l *late) Apply(_ context.Context, b user.Batch) ([]user.Outcome, error) {
	var lost error
	l.first.Do(func() {
		lost = &destination.CallError{Code: "timeout"}
		l.pending.Go(func() {
			time.Sleep(l.after)
			l.take(b)
		})
	})
	if lost != nil {
		return nil, lost
	}
	l.take(b)
	return []user.Outcome{{Status: good(b)[0].Status, Remote: "k"}}, nil
}

func (l *late) take(b user.Batch) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b.Op == user.Create {
		l.made++
	}
	l.email = valueOf(&b.Records[0].User)
}

func (l *late) Find(_ context.Context, r *user.Record) (destination.Found, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.made == 0:
		return destination.Found{Presence: destination.Absent, HTTP: 404}, nil
	case l.email == valueOf(&r.User):
		return destination.Found{Presence: destination.Same, Remote: "k", HTTP: 200}, nil
	}
	return destination.Found{Presence: destination.Different, Remote: "k", HTTP: 200}, nil
}

// free is a pacer that lets every call start at once.
type free struct{}

func (free) Begin(context.Context) (func(int, bool), error) { return func(int, bool) {}, nil }

func (free) Answered() uint64 { return 0 }

// A further row of a user whose create is in doubt does not create the user once more, with no
// ledger either: it is sent after a look-up that waits for the create, or left in doubt.
func TestRowAfterALateCreateWithoutLedger(t *testing.T) {
	for name, c := range map[string]struct {
		blind bool
		want  user.Status
	}{"looked up": {false, user.Updated}, "no look-up": {true, user.InDoubt}} {
		for _, apart := range []time.Duration{0, 10 * time.Second} {
			synctest.Test(t, func(t *testing.T) {
				out := new(results)
				a := &late{api: newAPI(out, 0), after: time.Minute, blind: c.blind}
				o := stack.Options{Pacer: free{}, Wire: t.Context(), Retries: 2, Quiet: stack.NewQuiet(time.Now().Add(-time.Hour), 2*time.Minute)}
				job := engine.Job{Records: valued([]string{"old", "new"}, apart), Destination: o.Wrap(a), Results: out, Limits: engine.Limits{BatchSize: 1}}
				_, err := job.Run(t.Context())
				a.pending.Wait()
				if err != nil || out.list[0].Status != user.InDoubt || out.list[1].Status != c.want || a.made != 1 {
					t.Errorf("%s, %v apart: %s, then %s; created %d times (%v)", name, apart, out.list[0].Status, out.list[1].Status, a.made, err)
				}
			})
		}
	}
}
