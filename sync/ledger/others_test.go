package ledger

import (
	"fmt"
	"testing"

	"usersync/sync/user"
)

// Others are from all over the scope, and none that is skipped or not known to be there.
func TestOthers(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l, other := open(t, Options{URL: url}), open(t, Options{URL: url, Scope: "another"})
		all := func(string) bool { return false }
		if rows, err := l.Identities().Others(t.Context(), 8, all); len(rows) > 0 || err != nil {
			t.Error("of a scope that was never locked:", rows, err)
		}
		lock(t, l)
		lock(t, other)
		var entries []Entry
		for i := range 100 {
			state := user.Present
			if i%2 == 1 {
				state = user.Pending
			}
			entries = append(entries, Entry{ID: fmt.Sprintf("u%02d", i), State: state, Remote: fmt.Sprint("r", i)})
		}
		save(t, l, entries...)
		save(t, other, Entry{ID: "stranger", State: user.Present})
		rows, err := l.Identities().Others(t.Context(), 4, func(id string) bool { return id == "u26" })
		if err != nil || len(rows) != 4 || rows[0].ID != "u76" || rows[1].ID != "u50" || rows[2].ID != "u28" || rows[3].ID != "u00" || rows[3].Remote != "r0" {
			t.Errorf("%+v, %v", rows, err)
		}
		rows, err = l.Identities().Others(t.Context(), 4, func(id string) bool { return id != "u00" && id != "stranger" })
		if err != nil || len(rows) != 1 || rows[0].ID != "u00" {
			t.Errorf("of one that is left: %+v, %v", rows, err)
		}
	})
}
