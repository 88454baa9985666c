package ledger

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/user"
)

func register(t *testing.T, l *Ledger, name string) int64 {
	t.Helper()
	order, err := l.Runs().Register(t.Context(), Run{Name: name, Host: "h", Dir: "/d", Replay: true, Settings: "s", Started: time.UnixMilli(7)}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return order
}

// unfinished returns the names of the unfinished runs.
func unfinished(t *testing.T, l *Ledger) []string {
	t.Helper()
	runs, err := l.Runs().Unfinished(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range runs {
		names = append(names, r.Name)
	}
	return names
}

func TestRunIsRegisteredUntilItEnds(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l, other := open(t, Options{URL: url, Feed: "f"}), open(t, Options{URL: url, Scope: "another"})
		lock(t, l)
		lock(t, other)
		one := register(t, l, "b")
		two := register(t, l, "a") // names and clocks do not order runs
		register(t, other, "c")
		if one >= two {
			t.Error(one, two)
		}
		runs, err := l.Runs().Unfinished(t.Context())
		want := []Run{
			{Name: "a", Order: two, Feed: "f", State: RunOpen, Host: "h", Dir: "/d", Replay: true, Settings: "s", Started: time.UnixMilli(7)},
			{Name: "b", Order: one, Feed: "f", State: RunOpen, Host: "h", Dir: "/d", Replay: true, Settings: "s", Started: time.UnixMilli(7)},
		}
		if d := cmp.Diff(want, runs); d != "" || err != nil {
			t.Error(d, err)
		}
		if err := l.Save(t.Context(), Checkpoint{Run: "a", State: RunFinished}, nil); err != nil {
			t.Fatal(err)
		}
		if err := l.Save(t.Context(), Checkpoint{Run: "b", State: RunStopped}, nil); err != nil {
			t.Fatal(err)
		}
		if got := unfinished(t, l); !cmp.Equal(got, []string{"b"}) {
			t.Error(got)
		}
		if again := register(t, l, "b"); again != one {
			t.Error("a run that is continued has another place in the order:", again)
		}
		// A run whose files could not be finished can be continued, even if the ledger has all of it.
		if again := register(t, l, "a"); again != two {
			t.Error("a run that is continued has another place in the order:", again)
		}
	})
}

// What a killed run did is saved together with its end, or not at all.
func TestAbsorbedRunCannotBeContinued(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		register(t, l, "killed")
		if err := l.Runs().Absorb(t.Context(), Checkpoint{Run: "killed", Record: 1}, []Entry{{ID: "x", State: user.Present}}, "next"); err != nil {
			t.Fatal(err)
		}
		_, err := l.Runs().Register(t.Context(), Run{Name: "killed"}, 0)
		if over, ok := errors.AsType[*OverError](err); !ok || *over != (OverError{Run: "killed", State: RunAbsorbed, By: "next"}) {
			t.Error(err)
		}
		if k := find(t, l, "x")[0]; k.State != user.Present || k.Run != "killed" {
			t.Errorf("%+v", k)
		}
	})
}

// Users that a run of another feed has created are that feed's, whichever run absorbs it.
func TestAbsorbedUsersBelongToTheirFeed(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url, Feed: "crm"})
		lock(t, l)
		register(t, l, "killed")
		save(t, l, Entry{ID: "ours", State: user.Present})
		entries := []Entry{{ID: "ours", State: user.Present}, {ID: "made", State: user.Present, Remote: "r"}, {ID: "perhaps", State: user.Pending}}
		if err := l.Runs().Of("hr").Absorb(t.Context(), Checkpoint{Run: "killed", Record: 3}, entries, "next"); err != nil {
			t.Fatal(err)
		}
		save(t, l, Entry{ID: "later", State: user.Present})
		for id, feed := range map[string]string{"ours": "crm", "made": "hr", "perhaps": "hr", "later": "crm"} {
			if found, err := l.Admin().Show(t.Context(), id); err != nil || found.Feed != feed {
				t.Errorf("%s belongs to %q, want %q (%v)", id, found.Feed, feed, err)
			}
		}
	})
}

// If the journal of a killed run is out of reach, it is unknown what the run changed:
// earlier fingerprints are not trusted, and later ones are.
func TestDistrustCoversEarlierRuns(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		email := fingerprints(user.Fingerprint{Field: user.Email, Sum: 1})
		phone := fingerprints(user.Fingerprint{Field: user.Phone, Sum: 2})
		for _, run := range []string{"first", "killed"} {
			register(t, l, run)
			if err := l.Save(t.Context(), Checkpoint{Run: run}, []Entry{{ID: run, State: user.Present, Remote: "r-" + run, Fingerprints: email}}); err != nil {
				t.Fatal(err)
			}
		}
		register(t, l, "next")
		if err := l.Runs().Distrust(t.Context(), []string{"killed"}, "next"); err != nil {
			t.Fatal(err)
		}
		check := func(l *Ledger) {
			t.Helper()
			for i, k := range find(t, l, "first", "killed") {
				if k.State != user.Present || k.Remote == "" || len(k.Fingerprints.Fields) != 0 {
					t.Errorf("%d: %+v", i, k)
				}
			}
		}
		check(l)
		check(open(t, Options{URL: url})) // also without the lock
		if err := l.Save(t.Context(), Checkpoint{Run: "next"}, []Entry{{ID: "first", State: user.Present, Fingerprints: phone}}); err != nil {
			t.Fatal(err)
		}
		if k := find(t, l, "first")[0]; !cmp.Equal(k.Fingerprints, phone) || k.Remote != "r-first" {
			t.Errorf("%+v", k) // the fingerprint of email must not come back
		}
		if got := unfinished(t, l); !cmp.Equal(got, []string{"next", "first"}) {
			t.Error(got)
		}
	})
}

// A run keeps its place in the order when it is continued, so a run that began after it
// may be older than what it did last.
func TestDistrustCoversRunsThatBeganLater(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		email := fingerprints(user.Fingerprint{Field: user.Email, Sum: 1})
		save := func(run string) {
			t.Helper()
			register(t, l, run)
			if err := l.Save(t.Context(), Checkpoint{Run: run}, []Entry{{ID: run, State: user.Present, Fingerprints: email}}); err != nil {
				t.Fatal(err)
			}
		}
		save("continued")
		save("between")
		save("by")
		register(t, l, "continued") // and killed
		register(t, l, "by")
		if err := l.Runs().Distrust(t.Context(), []string{"continued"}, "by"); err != nil {
			t.Fatal(err)
		}
		for i, k := range find(t, l, "continued", "between", "by") {
			if k.State != user.Present || len(k.Fingerprints.Fields) != 0 {
				t.Errorf("%d: %+v", i, k)
			}
		}
	})
}

func TestAbandon(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		register(t, l, "killed")
		if err := l.Save(t.Context(), Checkpoint{Run: "killed"}, []Entry{{ID: "x", State: user.Present, Fingerprints: fingerprints(user.Fingerprint{Field: user.Email, Sum: 1})}}); err != nil {
			t.Fatal(err)
		}
		if err := l.Runs().Abandon(t.Context(), "nobody"); !errors.Is(err, ErrUnknownRun) {
			t.Error(err)
		}
		if err := l.Runs().Abandon(t.Context(), "killed"); err != nil {
			t.Fatal(err)
		}
		if k := find(t, l, "x")[0]; k.State != user.Present || len(k.Fingerprints.Fields) != 0 {
			t.Errorf("%+v", k)
		}
		err := l.Runs().Abandon(t.Context(), "killed")
		if over, ok := errors.AsType[*OverError](err); !ok || over.State != RunAbandoned {
			t.Error(err)
		}
	})
}

func TestWithdrawnRunIsNotUnfinished(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		register(t, l, "never began")
		if err := l.Runs().Withdraw(t.Context(), "never began"); err != nil {
			t.Fatal(err)
		}
		if got := unfinished(t, l); len(got) != 0 {
			t.Error(got)
		}
	})
}

// An export keeps the order of runs, which is not that of its entries.
func TestExportKeepsTheOrderOfRuns(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		register(t, l, "first")
		if err := l.Save(t.Context(), Checkpoint{Run: "first"}, []Entry{{ID: "x", State: user.Present}, {ID: "y", State: user.Present}}); err != nil {
			t.Fatal(err)
		}
		register(t, l, "second")
		if err := l.Save(t.Context(), Checkpoint{Run: "second"}, []Entry{{ID: "x", State: user.Present}}); err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if err := l.Admin().Export(t.Context(), &text); err != nil {
			t.Fatal(err)
		}
		other := open(t, Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "other.entries.DB")})
		lock(t, other)
		if _, err := other.Admin().Import(t.Context(), &text); err != nil {
			t.Fatal(err)
		}
		runs, err := other.Runs().Find(t.Context(), "first", "second")
		if one, two := runs["first"].Order, runs["second"].Order; err != nil || one == 0 || one >= two {
			t.Error(one, two, err)
		}
	})
}

// A run that is continued gets a place after what other runs did in the meantime, for its
// further records.
func TestPartsOfARun(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		register := func(name string, written int) {
			t.Helper()
			if _, err := l.Runs().Register(t.Context(), Run{Name: name}, written); err != nil {
				t.Fatal(err)
			}
		}
		register("a", 0)
		register("b", 0)
		register("a", 10)
		register("b", 5)
		register("a", 20)
		register("c", 0)
		runs, err := open(t, Options{URL: url}).Runs().Find(t.Context(), "a", "b", "c")
		if err != nil || len(runs["a"].Parts) != 2 || len(runs["b"].Parts) != 1 || len(runs["c"].Parts) != 0 {
			t.Fatalf("%+v, %v", runs, err)
		}
		type at struct {
			run    string
			record int
		}
		order := []at{{"a", 10}, {"b", 5}, {"a", 11}, {"b", 6}, {"a", 21}, {"c", 1}}
		for i := range order[1:] {
			one, two := runs[order[i].run], runs[order[i+1].run]
			if one.Place(order[i].record).Compare(two.Place(order[i+1].record)) != -1 {
				t.Errorf("%v does not come before %v", order[i], order[i+1])
			}
		}
		if err := l.Runs().Withdraw(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Runs().Register(t.Context(), Run{Name: "a"}, 30); err == nil {
			t.Fatal("a run that is over was continued")
		}
		if runs, err := l.Runs().Find(t.Context(), "a"); err != nil || len(runs["a"].Parts) != 2 {
			t.Errorf("%+v, %v", runs, err)
		}
	})
}
