package stack_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// keyReader finds users only by the key that it assigned to them.
type keyReader struct{ keyMaker }

func (k keyReader) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	switch r.Remote {
	case "":
		return destination.Found{}, nil
	case "k-" + r.User.ID:
		return k.keyMaker.Find(ctx, r)
	}
	return destination.Found{Presence: destination.Absent, HTTP: 404}, nil
}

func (k keyReader) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if r := b.Records[0]; b.Op != user.Create && r.Remote != "k-"+r.User.ID {
		return []user.Outcome{{Status: user.Missing, HTTP: 404}}, nil
	}
	return k.keyMaker.Apply(ctx, b)
}

// A key that leads nowhere because the user was deleted says nothing about the create
// that follows: finding no user by it proves nothing.
func TestKeyThatLeadsNowhere(t *testing.T) {
	for name, s := range map[string]struct {
		replay destination.Replay
		want   user.Status
	}{
		"unsafe: in doubt, and not sent again":    {destination.Unsafe, user.InDoubt},
		"detectable: sent again, and it is there": {destination.Detectable, user.InDoubt},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := scene{replay: s.replay, faults: []fault{lostAfter}, traits: func(t *destination.Traits) { t.OwnKeys = true }}.fake()
				r := records("a=1", user.Upsert)[0]
				r.Remote = "k-gone"
				got, err := aroundClient(keyReader{keyMaker{readable{f}}}, new(pacer), 2).
					Apply(t.Context(), user.Batch{Op: user.Update, Records: []*user.Record{r}})
				if err != nil || got[0].Status != s.want || f.created["a"] != 1 {
					t.Errorf("%s %s (%v), created %d times; want %s, once", got[0].Status, got[0].Code, err, f.created["a"], s.want)
				}
				if r.Remote == "k-gone" {
					t.Error("the record still holds the key that leads nowhere, and the ledger would keep it")
				}
			})
		})
	}
}

// halfBlind returns a as it says, and a second later denies access to all other users.
type halfBlind struct {
	readable
	a destination.Found
}

func (h halfBlind) Find(_ context.Context, r *user.Record) (destination.Found, error) {
	if r.User.ID == "a" {
		return h.a, nil
	}
	time.Sleep(time.Second)
	return destination.Found{}, denied.failure()
}

// If a run ends while other users of a call are still being looked up, the intents of
// those already looked up stay recorded.
func TestIntentAfterLookup(t *testing.T) {
	for name, presence := range map[string]destination.Presence{"and cannot be shown": destination.Unknown, "and is there with other data": destination.Different} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				api := halfBlind{readable{scene{faults: []fault{lostAfter}}.fake()}, destination.Found{Presence: presence}}
				l := ledgerOf{map[string]bool{}}
				b := user.Batch{Op: user.Create, Records: records("a=1 b=2", user.Upsert)}
				_, err := recording(api, l).Apply(t.Context(), b)
				if err == nil || !l.pending["a"] || !l.pending["b"] {
					t.Errorf("error %v; pending: %v, and both were perhaps created", err, l.pending)
				}
			})
		})
	}
}
