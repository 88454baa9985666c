package ledger

import (
	"testing"

	"usersync/sync/user"
)

// states checks what a ledger knows of users.
func states(t *testing.T, l *Ledger, want map[string]user.EntryState) {
	t.Helper()
	for id, state := range want {
		if k := find(t, l, id)[0]; k.State != state {
			t.Errorf("%s is %s, want %s", id, k.State, state)
		}
	}
}

// A run that filled an empty ledger knows who is not in it, but only until another run may
// have written to it.
func TestEmptyScopeIsRememberedWhileItIsHeld(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		first, second := open(t, Options{URL: url}), open(t, Options{URL: url})
		held := lock(t, first)
		register(t, first, "run-1")
		states(t, first, map[string]user.EntryState{"a": user.Absent, "b": user.Absent})
		save(t, first, Entry{ID: "a", State: user.Present})
		save(t, first, Entry{ID: "a", State: user.AcceptedLater}, Entry{ID: "c", State: user.Present})
		states(t, first, map[string]user.EntryState{"a": user.AcceptedLater, "b": user.Absent, "c": user.Present})
		if err := held.Release(); err != nil {
			t.Fatal(err)
		}
		held = lock(t, second)
		save(t, second, Entry{ID: "b", State: user.Present}, Entry{ID: "c", State: user.Absent})
		if err := held.Release(); err != nil {
			t.Fatal(err)
		}
		want := map[string]user.EntryState{"a": user.AcceptedLater, "b": user.Present, "c": user.Absent}
		states(t, first, want)
		lock(t, first)
		save(t, first, Entry{ID: "b", State: user.Present}) // is not added again
		states(t, first, want)
	})
}

// What one shard of a first load adds, the others see.
func TestEmptyScopeIsNotRememberedByShards(t *testing.T) {
	_, first, second := joined(t)
	save(t, first, Entry{ID: "a", State: user.Present})
	save(t, second, Entry{ID: "b", State: user.Present})
	for _, l := range []*Ledger{first, second} {
		states(t, l, map[string]user.EntryState{"a": user.Present, "b": user.Present})
	}
}
