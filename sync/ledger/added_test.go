package ledger

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"usersync/sync/ledger/internal/change"
	"usersync/sync/user"
)

// states returns what is known of the ids, also if the database cannot be asked.
func states(ctx context.Context, t *testing.T, l *Ledger, ids ...string) (all []user.EntryState) {
	t.Helper()
	known, err := l.Lookup(ctx, ids)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range known {
		all = append(all, k.State)
	}
	return all
}

// A run that fills an empty scope asks the database only for users that it has added.
func TestFirstLoadLooksUpNoOne(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		save(t, l, Entry{ID: "a", State: user.Present}, Entry{ID: "b", State: user.Pending})
		ended, end := context.WithCancel(t.Context())
		end()
		if got := states(ended, t, l, "c", "d"); !slices.Equal(got, []user.EntryState{user.Absent, user.Absent}) {
			t.Error(got)
		}
		if _, err := l.Lookup(ended, []string{"c", "a"}); err == nil {
			t.Error("a was not looked up")
		}
		save(t, l, Entry{ID: "c", State: user.Present}, Entry{ID: "a", State: user.Absent})
		want := []user.EntryState{user.Absent, user.Absent, user.Pending, user.Present}
		if got := states(t.Context(), t, l, "d", "a", "b", "c"); !slices.Equal(got, want) {
			t.Error(got, "want", want)
		}
	})
}

// What is known of some users says nothing about the users that are looked up with its memory.
func TestLookupUsesRoom(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		prints := func(sums ...uint64) (p user.Fingerprints) {
			for i, sum := range sums {
				p.Fields = append(p.Fields, user.Fingerprint{Field: user.Field(fmt.Sprint("f", i)), Sum: sum})
			}
			return p
		}
		save(t, l, Entry{ID: "a", State: user.Present, Remote: "r", Fingerprints: prints(1, 2)},
			Entry{ID: "b", State: user.Pending, Fingerprints: prints(3, 4)})
		room := find(t, l, "a", "b", "c")
		known, err := l.LookupInto(t.Context(), []string{"c", "a"}, room)
		if err != nil || !known[0].IsZero() || known[1].Remote != "r" || !slices.Equal(known[1].Fingerprints.Fields, prints(1, 2).Fields) || &known[0] != &room[0] {
			t.Error(known, err)
		}
		if known, err = l.LookupInto(t.Context(), []string{"b", "c", "a", "d"}, room); err != nil || len(known) != 4 || known[0].State != user.Pending ||
			!known[1].IsZero() || !slices.Equal(known[0].Fingerprints.Fields, prints(3, 4).Fields) || !slices.Equal(known[2].Fingerprints.Fields, prints(1, 2).Fields) {
			t.Error(known, err)
		}
	})
}

// Once a scope was released, another process may have added users to it.
func TestReleasedScopeIsLookedUp(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l, other := open(t, Options{URL: url}), open(t, Options{URL: url})
		for n, l := range []*Ledger{l, other} {
			held := lock(t, l)
			save(t, l, Entry{ID: fmt.Sprint(n), State: user.Present})
			if err := held.Release(); err != nil {
				t.Fatal(err)
			}
		}
		want := []user.EntryState{user.Present, user.Present, user.Absent}
		if got := states(t.Context(), t, l, "0", "1", "2"); !slices.Equal(got, want) {
			t.Error(got, "want", want)
		}
	})
}

// A lease that is given up while the first users are written ends that, too.
func TestLeaseGivenUpInAWrite(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l, other := open(t, Options{URL: url}), open(t, Options{URL: url})
		held := lock(t, l)
		err := l.change(t.Context(), func(w change.Writer) error {
			l.writer.giveUp(held)
			return w.Apply("run-1", []Entry{{ID: "a", State: user.Present}})
		})
		if err = errors.Join(err, held.Lease.Release()); err != nil {
			t.Fatal(err)
		}
		lock(t, other)
		save(t, other, Entry{ID: "b", State: user.Present})
		want := []user.EntryState{user.Present, user.Present}
		if got := states(t.Context(), t, l, "a", "b"); !slices.Equal(got, want) {
			t.Error(got, "want", want)
		}
	})
}

// A run that takes an empty scope has not added what was added before it.
func TestScopeIsLookedUpByTheNextRun(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		if err := lock(t, l).Release(); err != nil {
			t.Fatal(err)
		}
		other := open(t, Options{URL: url})
		held := lock(t, other)
		save(t, other, Entry{ID: "a", State: user.Present})
		if err := held.Release(); err != nil {
			t.Fatal(err)
		}
		lock(t, l)
		save(t, l, Entry{ID: "b", State: user.Present})
		want := []user.EntryState{user.Present, user.Present}
		if got := states(t.Context(), t, l, "a", "b"); !slices.Equal(got, want) {
			t.Error(got, "want", want)
		}
	})
}

// A shard looks up what other shards have added.
func TestShardsAreLookedUp(t *testing.T) {
	_, first, second := joined(t)
	for n, l := range []*Ledger{first, second} {
		if err := l.Save(t.Context(), Checkpoint{Run: ShardName("run-1", n)}, []Entry{{ID: fmt.Sprint(n), State: user.Present}}); err != nil {
			t.Fatal(err)
		}
	}
	want := []user.EntryState{user.Present, user.Present}
	for _, l := range []*Ledger{first, second} {
		if got := states(t.Context(), t, l, "0", "1"); !slices.Equal(got, want) {
			t.Error(got, "want", want)
		}
	}
}

// However much entries have in common, all of each is stored.
func TestEntriesAlike(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		for name, odd := range map[string]func(*Entry){
			"none":   func(*Entry) {},
			"id":     func(e *Entry) { e.ID = "User" },
			"remote": func(e *Entry) { e.Remote = "r" },
			"run":    func(e *Entry) { e.Run = "run-0" },
			"state":  func(e *Entry) { e.State = user.Pending },
		} {
			l := open(t, Options{URL: url, Scope: name})
			lock(t, l)
			all := make([]Entry, 60)
			for i := range all {
				all[i] = Entry{ID: fmt.Sprint("user", i), State: user.Present, Run: "run-1", Record: i + 1}
			}
			odd(&all[7])
			save(t, l, all...)
			for i, k := range find(t, l, ids(all)...) {
				e := all[i]
				if want := (user.LedgerEntry{Row: int64(i) + 1, State: e.State, Remote: e.Remote, Run: e.Run, Record: e.Record}); !reflect.DeepEqual(k, want) {
					t.Errorf("%s: %+v, want %+v", name, k, want)
				}
			}
			if similar, err := l.Identities().Lookalikes(t.Context(), []string{"USER"}); len(similar["USER"]) == 1 != (name == "id") || err != nil {
				t.Errorf("%s: ids like USER are %v, %v", name, similar, err)
			}
		}
	})
}

func ids(entries []Entry) (all []string) {
	for i := range entries {
		all = append(all, entries[i].ID)
	}
	return all
}
