package ledger

import (
	"fmt"
	"testing"

	"usersync/sync/user"
)

// Each new user gets the row after that of the one before, and none gets the row of a user who
// was removed, whichever scopes the ledger has.
func TestNewUsersGetTheNextRow(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		var scopes [3]*Ledger
		var rows [3]map[string]int64 // by id, of all who were ever there
		for i := range scopes {
			scopes[i], rows[i] = open(t, Options{URL: url, Scope: fmt.Sprint("scope ", i)}), map[string]int64{}
			lock(t, scopes[i])
		}
		check := func(scope int, all ...Entry) {
			t.Helper()
			save(t, scopes[scope], all...)
			for i, k := range find(t, scopes[scope], ids(all)...) {
				want, known := rows[scope][all[i].ID]
				if !known {
					want = int64(len(rows[scope])) + 1
					rows[scope][all[i].ID] = want
				}
				if k.Row != want || k.Record != all[i].Record {
					t.Errorf("scope %d: %s is in row %d of record %d, want row %d of record %d", scope, all[i].ID, k.Row, k.Record, want, all[i].Record)
				}
			}
		}
		check(1, entriesUpTo(70)...)
		check(1, entriesUpTo(400)...) // some are there
		check(0, entriesUpTo(70)...)
		check(0, entriesUpTo(80)...)
		check(2, entriesUpTo(3)...)
		save(t, scopes[2], Entry{ID: "user1", State: user.Absent}, Entry{ID: "user2", State: user.Absent})
		check(2, Entry{ID: "another", State: user.Present, Record: 9}, Entry{ID: "User", State: user.Pending, Record: 10})
		check(1, append(entriesUpTo(3), Entry{ID: "another", State: user.Present, Remote: "r", Record: 9})...)
		check(2, entriesUpTo(60)[3:]...)
	})
}

func entriesUpTo(n int) []Entry {
	all := make([]Entry, n)
	for i := range all {
		all[i] = Entry{ID: fmt.Sprint("user", i), State: user.Present, Record: n + i}
	}
	return all
}
