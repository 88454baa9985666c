package ledger

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/user"
)

func TestRename(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		email := fingerprints(user.Fingerprint{Field: user.Email, Sum: 1})
		save(t, l, Entry{ID: "a", State: user.Present, Remote: "ra", Record: 4, Fingerprints: email}, Entry{ID: "b", State: user.AcceptedLater, Remote: "rb"},
			Entry{ID: "c", State: user.Present, Remote: "rc"}, Entry{ID: "ours", State: user.Present}, Entry{ID: "p", State: user.Pending})
		// b and c swap, and a gets an id that looks like another.
		if err := l.Admin().Rename(t.Context(), []Renaming{{Old: "a", New: "Z"}, {Old: "b", New: "c"}, {Old: "c", New: "b"}}); err != nil {
			t.Fatal(err)
		}
		got := find(t, l, "a", "Z", "b", "c")
		want := []user.LedgerEntry{{}, {State: user.Present, Row: 1, Remote: "ra", Run: "run-1", Record: 4, Fingerprints: user.Renamed()},
			{State: user.Present, Row: 3, Remote: "rc", Run: "run-1", Fingerprints: user.Renamed()}, {State: user.AcceptedLater, Row: 2, Remote: "rb", Run: "run-1", Fingerprints: user.Renamed()}}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		// That the API was not told stays, whatever another id's call has made of the user.
		over := Entry{ID: "b", Remote: "rc", Overwritten: true}
		if known := over.ApplyTo(got[2]); !known.Fingerprints.EarlierID() {
			t.Errorf("%+v", known)
		}
		save(t, l, over)
		if d := cmp.Diff(want, find(t, l, "a", "Z", "b", "c")); d != "" {
			t.Error(d)
		}
		if got, err := l.Identities().Lookalikes(t.Context(), []string{"z"}); len(got["z"]) != 1 || err != nil {
			t.Error(got, err)
		}
		for name, c := range map[string]struct {
			pairs []Renaming
			pair  int
			what  string
		}{
			"unknown":     {[]Renaming{{Old: "Z", New: "q"}, {Old: "unknown", New: "x"}}, 2, "old id"},
			"in use":      {[]Renaming{{Old: "Z", New: "b"}}, 1, "new id"},
			"by id":       {[]Renaming{{Old: "ours", New: "x"}}, 1, "by the id itself"},
			"pending":     {[]Renaming{{Old: "Z", New: "q"}, {Old: "p", New: "x"}}, 2, "pending, and no key"},
			"twice":       {[]Renaming{{Old: "Z", New: "x"}, {Old: "Z", New: "y"}}, 2, "earlier pair"},
			"same new id": {[]Renaming{{Old: "Z", New: "x"}, {Old: "b", New: "x"}}, 2, "earlier pair"},
			"same":        {[]Renaming{{Old: "Z", New: "Z"}}, 1, "the same"},
			"empty":       {[]Renaming{{Old: "Z", New: ""}}, 1, "empty"},
		} {
			err := l.Admin().Rename(t.Context(), c.pairs)
			if bad, ok := errors.AsType[*RenameError](err); !ok || bad.Pair != c.pair || !strings.Contains(bad.What, c.what) {
				t.Errorf("%s: %v", name, err)
			}
			if k := find(t, l, "Z")[0]; k.Remote != "ra" {
				t.Errorf("%s changed something", name)
			}
		}
	})
}

// A run that renames users is told how many it has renamed until it is over, also by another
// process, and the entries name its records. Refused renames do not count.
func TestRunsRename(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		save(t, l, Entry{ID: "a", State: user.Present, Remote: "ra", Record: 4}, Entry{ID: "b", State: user.Present, Remote: "rb"},
			Entry{ID: "p", State: user.Pending}, Entry{ID: "q", State: user.Pending, Remote: "rq"})
		for _, run := range []string{"run-2", "run-3"} {
			if _, err := l.Runs().Register(t.Context(), Run{Name: run}, 0); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			pair    Renaming
			refused bool
		}{{Renaming{Old: "a", New: "p"}, false}, {Renaming{Old: "b", New: "q"}, true}, {Renaming{Old: "b", New: ""}, true}, {Renaming{Old: "b", New: "B"}, false}} {
			err := l.Runs().Rename(t.Context(), "run-2", 7, c.pair)
			if _, refused := errors.AsType[*RenameError](err); refused != c.refused || err != nil && !refused {
				t.Errorf("%v: %v", c.pair, err)
			}
		}
		want := []user.LedgerEntry{{State: user.Present, Row: 1, Remote: "ra", Run: "run-2", Record: 7, Fingerprints: user.Renamed()}, {State: user.Pending, Row: 4, Remote: "rq", Run: "run-1"},
			{State: user.Present, Row: 2, Remote: "rb", Run: "run-2", Record: 7, Fingerprints: user.Renamed()}}
		if d := cmp.Diff(want, find(t, l, "p", "q", "B")); d != "" {
			t.Error(d)
		}
		renamed := func(run string, want int) {
			t.Helper()
			if n, err := open(t, Options{URL: url}).Runs().Renamed(t.Context(), run); n != want || err != nil {
				t.Errorf("%s: %d, %v, want %d", run, n, err, want)
			}
		}
		end := func(state RunState) {
			t.Helper()
			if err := l.Save(t.Context(), Checkpoint{Run: "run-2", State: state}, nil); err != nil {
				t.Fatal(err)
			}
		}
		renamed("run-2", 2)
		renamed("run-3", 0)
		end(RunStopped)
		renamed("run-2", 2)
		if err := l.Admin().MoveScope(t.Context(), "moved", Place{}); err != nil {
			t.Fatal(err)
		}
		if n, err := l.Runs().Renamed(t.Context(), "run-2"); n != 2 || err != nil {
			t.Errorf("after the scope has moved: %d, %v", n, err)
		}
		end(RunFinished)
		if n, err := l.Runs().Renamed(t.Context(), "run-2"); n != 0 || err != nil {
			t.Errorf("after its end: %d, %v", n, err)
		}
	})
}

func TestRenameMany(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		n := chunkSize + 5
		entries, pairs := make([]Entry, n), make([]Renaming, n)
		for i := range n {
			id := fmt.Sprintf("old-%d", i)
			entries[i] = Entry{ID: id, State: user.Present, Remote: "r" + id}
			pairs[i] = Renaming{Old: id, New: fmt.Sprintf("new-%d", i)}
		}
		save(t, l, entries...)
		if err := l.Admin().Rename(t.Context(), pairs); err != nil {
			t.Fatal(err)
		}
		if k := find(t, l, "new-1003", "old-1003"); k[0].Remote != "rold-1003" || k[1].State != user.Absent {
			t.Errorf("%+v", k)
		}
	})
}
