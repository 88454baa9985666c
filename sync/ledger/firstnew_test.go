package ledger

import (
	"fmt"
	"testing"

	"usersync/sync/user"
)

// Rows are new from the first run of the feed on that did not finish after the feed was
// last sent as a whole.
func TestFirstNew(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		check := func(when string, want int64) {
			t.Helper()
			if got, err := l.Identities().FirstNew(t.Context()); got != want || err != nil {
				t.Errorf("%s: row %d, %v, want %d", when, got, err, want)
			}
		}
		made := 0
		run := func(name string, s RunState) {
			t.Helper()
			register(t, l, name)
			made++
			if err := l.Save(t.Context(), Checkpoint{Run: name, Record: 1, State: s}, []Entry{{ID: fmt.Sprint("u", made), State: user.Present}}); err != nil {
				t.Fatal(err)
			}
		}
		check("an empty ledger", 1)
		lock(t, l)
		run("run-1", RunFinished)
		check("nothing is registered", 2)
		if err := l.KeepRules(t.Context(), Rules{Run: "run-1"}); err != nil {
			t.Fatal(err)
		}
		run("run-2", RunStopped)
		check("a run was stopped", 2)
		run("run-3", "")
		check("another one began", 2)
		for _, name := range []string{"run-2", "run-3"} {
			if err := l.Runs().Absorb(t.Context(), Checkpoint{Run: name}, nil, "run-4"); err != nil {
				t.Fatal(err)
			}
		}
		run("run-4", "")
		check("it absorbed them", 2)
		run("run-4", RunFinished)
		if err := l.KeepRules(t.Context(), Rules{Run: "run-4"}); err != nil {
			t.Fatal(err)
		}
		check("the feed was sent as a whole", 6)
		run("run-5", RunFinished)
		check("another run finished", 7)
	})
}

// Another feed's runs say nothing about this feed.
func TestFirstNewOfAFeed(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		mine := open(t, Options{URL: url})
		lease := lock(t, mine)
		register(t, mine, "run-1")
		save(t, mine, Entry{ID: "a", State: user.Present})
		if err := lease.Release(); err != nil {
			t.Fatal(err)
		}
		other := open(t, Options{URL: url, Feed: "other"})
		if got, err := other.Identities().FirstNew(t.Context()); got != 2 || err != nil {
			t.Error(got, err)
		}
	})
}
