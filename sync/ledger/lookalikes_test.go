package ledger

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/user"
)

// A look-alike says whether it was in the ledger before the run.
func TestLookalikes(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l, other := open(t, Options{URL: url}), open(t, Options{URL: url, Scope: "another"})
		lock(t, other)
		save(t, other, Entry{ID: "CUST-1", State: user.Present})
		lock(t, l)
		register(t, l, "run-1")
		save(t, l, Entry{ID: "cust-1", State: user.Present, Remote: "r1"}, Entry{ID: "plain", State: user.Present})
		register(t, l, "run-2")
		save(t, l, Entry{ID: "Cust-1", State: user.Pending})
		old := Lookalike{Row: 1, ID: "cust-1", Remote: "r1", State: user.Present, Before: true}
		now := Lookalike{Row: 3, ID: "Cust-1", State: user.Pending}
		ids := []string{"cust-1", "Cust-1", "cUST-1", "'cust-1", "plain", "nobody", "cust-1"}
		want := map[string][]Lookalike{"cust-1": {now, now}, "Cust-1": {old}, "cUST-1": {old, now}, "'cust-1": {old, now}}
		got, err := l.Identities().Lookalikes(t.Context(), ids)
		got["cust-1"] = got["cust-1"][:min(2, len(got["cust-1"]))]
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Error(d, err)
		}
		register(t, l, "run-1") // continued: what it added itself is still new
		got, err = l.Identities().Lookalikes(t.Context(), []string{"CUST-1"})
		if err != nil || got["CUST-1"][0].Before || got["CUST-1"][1].Before {
			t.Error(got, err)
		}
	})
}

// An entry that is removed, and added again with a different spelling, is found by its new
// spelling.
func TestLookalikesFollowTheEntries(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		save(t, l, Entry{ID: "A", State: user.Present})
		save(t, l, Entry{ID: "A", State: user.Absent})
		save(t, l, Entry{ID: "a", State: user.Present})
		got, err := l.Identities().Lookalikes(t.Context(), []string{"A", "a"})
		if d := cmp.Diff(map[string][]string{"A": {"a"}}, idsOf(got)); d != "" || err != nil {
			t.Error(d, err)
		}
	})
}

func TestLookalikesOfManyChunks(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		n := 2*chunkSize + 7
		entries := make([]Entry, n)
		ids := make([]string, n)
		for i := range n {
			entries[i] = Entry{ID: fmt.Sprintf("CUST-%d", i), State: user.Present, Remote: fmt.Sprintf("r%d", i)}
			ids[i] = strings.ToLower(entries[i].ID)
		}
		save(t, l, entries...)
		got, err := l.Identities().Lookalikes(t.Context(), ids)
		if err != nil || len(got) != n || got["cust-2001"][0].ID != "CUST-2001" {
			t.Error(len(got), err)
		}
		remotes := make([]string, n)
		for i := range n {
			remotes[i] = entries[i].Remote
		}
		held, err := l.Identities().HoldersOf(t.Context(), remotes)
		if err != nil || len(held) != n || !cmp.Equal(held["r2001"], []string{"CUST-2001"}) {
			t.Error(len(held), err)
		}
	})
}

func TestHoldersOf(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l, other := open(t, Options{URL: url}), open(t, Options{URL: url, Scope: "another"})
		lock(t, other)
		save(t, other, Entry{ID: "x", State: user.Present, Remote: "r1"})
		if held, err := l.Identities().HoldersOf(t.Context(), []string{"r1"}); len(held) != 0 || err != nil {
			t.Error("found in another scope:", held, err)
		}
		lock(t, l)
		save(t, l, Entry{ID: "a", State: user.Present, Remote: "r1"}, Entry{ID: "b", State: user.Present}, Entry{ID: "c", State: user.Present, Remote: "R1"})
		held, err := l.Identities().HoldersOf(t.Context(), []string{"r1", "", "r2"})
		if d := cmp.Diff(map[string][]string{"r1": {"a"}}, held); d != "" || err != nil {
			t.Error(d, err)
		}
		save(t, l, Entry{ID: "a", State: user.Present, Remote: "r2"})
		if held, err = l.Identities().HoldersOf(t.Context(), []string{"r1", "r2"}); err != nil || len(held["r1"]) != 0 || !cmp.Equal(held["r2"], []string{"a"}) {
			t.Error(held, err)
		}
		save(t, l, Entry{ID: "d", State: user.Present, Remote: "r2"}) // as earlier versions allowed
		for remote, want := range map[string]int{"r1": 0, "r2": 2, "R1": 1, "": 0} {
			held, err := l.Identities().HoldersOf(t.Context(), []string{remote})
			if err != nil || len(held[remote]) != want || (len(held) == 0) != (want == 0) {
				t.Errorf("%q alone: %v, %v", remote, held, err)
			}
		}
	})
}
