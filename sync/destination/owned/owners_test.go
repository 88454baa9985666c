package owned_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"usersync/sync/destination/owned"
	"usersync/sync/user"
)

func row(n int, id string) *user.Record {
	return &user.Record{Origin: user.Origin{Record: n}, Op: user.Upsert, User: user.User{ID: id}}
}

// slowly is a ledger that answers when it is told to.
type slowly struct {
	held  map[string][]string
	asked atomic.Int64
	err   error
	pause chan struct{} // nil: it answers at once
}

func (s *slowly) HoldersOf(_ context.Context, _ []string) (map[string][]string, error) {
	s.asked.Add(1)
	if s.pause != nil {
		<-s.pause
	}
	return s.held, s.err
}

// Of many records that claim one key at the same time exactly one id gets it, and the
// ledger is asked once.
func TestOneIDGetsAKey(t *testing.T) {
	for range 50 {
		s := &slowly{}
		o := owned.NewOwners(owned.Options{Holders: s, Checkpointed: func() int { return 0 }})
		var all sync.WaitGroup
		var got atomic.Int64
		for i := range 16 {
			all.Go(func() {
				mine, err := o.Claim(t.Context(), "r1", row(i+1, fmt.Sprint("id-", i%8)))
				if err != nil {
					t.Error(err)
				}
				if mine {
					got.Add(1)
				}
			})
		}
		all.Wait()
		if got.Load() != 2 || s.asked.Load() != 1 { // each id is in two records
			t.Fatalf("%d records got it, and the ledger was asked %d times", got.Load(), s.asked.Load())
		}
	}
}

// An id of the ledger keeps its key, and is told of; it gets the key itself also while
// another one asks for it.
func TestTheLedgersIDKeepsItsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var met []string
		s := &slowly{held: map[string][]string{"r1": {"a"}}, pause: make(chan struct{})}
		o := owned.NewOwners(owned.Options{Holders: s, Checkpointed: func() int { return 0 }, Met: func(_ context.Context, ids []string) error {
			met = append(met, ids...)
			return nil
		}})
		var first, second bool
		go func() { first, _ = o.Claim(t.Context(), "r1", row(1, "b")) }()
		synctest.Wait()
		go func() { second, _ = o.Claim(t.Context(), "r1", row(2, "a")) }()
		synctest.Wait()
		close(s.pause)
		synctest.Wait()
		if first || !second || !slices.Equal(met, []string{"a"}) {
			t.Errorf("b got it: %t, a got it: %t, told %v", first, second, met)
		}
		if anothers, err := o.IsAnothers(t.Context(), "r1", row(3, "b")); !anothers || err != nil {
			t.Errorf("%t, %v", anothers, err)
		}
	})
}

// What the ledger holds by now is forgotten here, and found there.
func TestKeysAreForgottenOnceTheLedgerHoldsThem(t *testing.T) {
	s, checkpoint := &slowly{}, 0
	o := owned.NewOwners(owned.Options{Holders: s, Checkpointed: func() int { return checkpoint }})
	claim := func(remote string, r *user.Record, want bool) {
		t.Helper()
		if mine, err := o.Claim(t.Context(), remote, r); mine != want || err != nil {
			t.Errorf("%s for %s: %t, %v", remote, r.User.ID, mine, err)
		}
	}
	claim("r1", row(1, "a"), true)
	claim("r1", row(2, "b"), false)
	checkpoint, s.held = 1, map[string][]string{"r1": {"a"}}
	claim("r2", row(3, "c"), true)
	asked := s.asked.Load()
	claim("r1", row(4, "b"), false)
	if s.asked.Load() != asked+1 {
		t.Error("the ledger was not asked for a key that it holds by now")
	}
	claim("r2", row(5, "b"), false) // not in the ledger yet
}

// A key is free once the API has deleted its user, even if the ledger still holds it.
func TestFreeKeys(t *testing.T) {
	s := &slowly{held: map[string][]string{"r1": {"a"}}}
	o := owned.NewOwners(owned.Options{Holders: s, Checkpointed: func() int { return 0 }})
	o.Free("r1", row(1, "a"))
	for _, c := range []struct {
		id   string
		want bool
	}{{"b", true}, {"c", false}, {"b", true}, {"a", false}} {
		if mine, err := o.Claim(t.Context(), "r1", row(2, c.id)); mine != c.want || err != nil {
			t.Errorf("%s got it: %t, %v", c.id, mine, err)
		}
	}
	o.Free("r1", row(3, "a")) // it is not a's any more
	if mine, _ := o.Claim(t.Context(), "r1", row(4, "c")); mine {
		t.Error("c got the key of b")
	}
}

// What an earlier part of the run has settled counts, before the ledger holds it.
func TestSettledKeysAreKnown(t *testing.T) {
	o := owned.NewOwners(owned.Options{})
	for _, s := range []user.Settled{
		{ID: "a", Remote: "r1", Status: user.Created}, {ID: "b", Remote: "r2", Status: user.Refused}, {ID: "c", Remote: "r3", Status: user.Deleted},
	} {
		o.Know(&s)
	}
	for remote, want := range map[string]bool{"r1": false, "r2": true, "r3": true} {
		if mine, err := o.Claim(t.Context(), remote, row(9, "z")); mine != want || err != nil {
			t.Errorf("%s: %t, %v", remote, mine, err)
		}
	}
}

// Without a ledger the keys that are remembered are limited.
func TestWithoutALedgerTheLastKeysAreKnown(t *testing.T) {
	o := owned.NewOwners(owned.Options{})
	for i := range owned.Most + 10 {
		if mine, err := o.Claim(t.Context(), fmt.Sprint("r", i), row(i+1, "a")); !mine || err != nil {
			t.Fatal(i, mine, err)
		}
	}
	for remote, want := range map[string]bool{"r0": true, fmt.Sprint("r", owned.Most): false} {
		if mine, err := o.Claim(t.Context(), remote, row(9, "b")); mine != want || err != nil {
			t.Errorf("%s: %t, %v", remote, mine, err)
		}
	}
}

// A ledger that fails gives the key to no one, and the next one asks again.
func TestALedgerThatFails(t *testing.T) {
	s := &slowly{err: errors.New("broken")}
	o := owned.NewOwners(owned.Options{Holders: s, Checkpointed: func() int { return 0 }})
	if mine, err := o.Claim(t.Context(), "r1", row(1, "a")); mine || !errors.Is(err, s.err) {
		t.Errorf("%t, %v", mine, err)
	}
	s.err = nil
	if mine, err := o.Claim(t.Context(), "r1", row(2, "b")); !mine || err != nil {
		t.Errorf("%t, %v", mine, err)
	}
}

// A key that another process of the run has claimed for another id is not the record's, and a
// key of the ledger's is not claimed at all.
func TestAKeyOfAnotherProcess(t *testing.T) {
	claimed, calls := map[string]string{"r1": "b"}, 0
	o := owned.NewOwners(owned.Options{
		Holders: &slowly{held: map[string][]string{"r3": {"c"}}}, Checkpointed: func() int { return 0 },
		Share: func(_ context.Context, remote, id string) (bool, error) {
			calls++
			if claimed[remote] == "" {
				claimed[remote] = id
			}
			return claimed[remote] == id, nil
		}})
	for _, test := range []struct {
		remote string
		mine   bool
	}{{"r1", false}, {"r2", true}, {"r2", true}, {"r3", false}} {
		if mine, err := o.Claim(t.Context(), test.remote, row(1, "a")); mine != test.mine || err != nil {
			t.Error(test.remote, mine, err)
		}
	}
	if calls != 2 {
		t.Errorf("%d claims", calls)
	}
}
