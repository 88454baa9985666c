package ledger

import (
	"testing"

	"usersync/sync/user"
)

// Two ids with one key of the API are both told of, once they were looked for.
func TestShared(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l, other := open(t, Options{URL: url}), open(t, Options{URL: url, Scope: "another"})
		lock(t, other)
		save(t, other, Entry{ID: "d", State: user.Present, Remote: "r3"})
		lock(t, l)
		save(t, l, Entry{ID: "a", State: user.Present, Remote: "r1"}, Entry{ID: "b", State: user.Present, Remote: "r2"},
			Entry{ID: "c", State: user.Pending, Remote: "r1"}, Entry{ID: "d", State: user.Present, Remote: "r3"},
			Entry{ID: "e", State: user.Present}, Entry{ID: "f", State: user.Present})
		check := func(want map[string]bool) {
			t.Helper()
			ids := []string{"a", "b", "c", "d", "e", "f"}
			known, err := l.Lookup(t.Context(), ids)
			if err != nil {
				t.Fatal(err)
			}
			for i, k := range known {
				if k.Shared != want[ids[i]] {
					t.Errorf("%s: %t", ids[i], k.Shared)
				}
			}
			for r, err := range l.Rows(t.Context(), "default") {
				if err != nil || r.Shared != want[r.ID] {
					t.Errorf("%+v, %v", r, err)
				}
			}
		}
		check(nil)
		if err := l.Identities().FindShared(t.Context()); err != nil {
			t.Fatal(err)
		}
		check(map[string]bool{"a": true, "c": true})

		// A person says which of them the user is.
		if err := l.Admin().Rename(t.Context(), []Renaming{{Old: "a", New: "c"}}); err != nil {
			t.Fatal(err)
		}
		if err := l.Identities().FindShared(t.Context()); err != nil {
			t.Fatal(err)
		}
		check(nil)
		got, err := l.Lookup(t.Context(), []string{"a", "c"})
		if err != nil || got[0].State != user.Absent || got[1].Remote != "r1" || len(got[1].Fingerprints.Fields) != 1 || !got[1].Fingerprints.EarlierID() {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
