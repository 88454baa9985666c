package ledger

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/user"
)

// What users of any scope of the database need is what no one may remove.
func TestNeeded(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l, other := open(t, Options{URL: url}), open(t, Options{URL: url, Scope: "another"})
		lock(t, l)
		lock(t, other)
		meets(t, l, "refused", RunFinished, MetRow{ID: "u-1", Hash: 1})
		meets(t, l, "parked", RunFinished, MetRow{ID: "u-1", Hash: 1, Uncounted: true, At: dayOne.Add(time.Hour)})
		meets(t, l, "invalid", RunFinished, MetRow{ID: "u-2", Hash: 2, Status: user.Invalid, Code: "bad"})
		if err := l.Save(t.Context(), Checkpoint{Run: "held", State: RunFinished, At: dayOne}, []Entry{{ID: "u-3", State: user.Present}}); err != nil {
			t.Fatal(err)
		}
		if err := other.Save(t.Context(), Checkpoint{Run: "doubt", State: RunFinished, At: dayOne}, []Entry{{ID: "u-4", State: user.Pending}}); err != nil {
			t.Fatal(err)
		}
		for i := range 2 { // the files are those of the whole run
			if err := l.Save(t.Context(), Checkpoint{Run: ShardName("shards", i), At: dayOne}, []Entry{{ID: ShardName("s", i), State: user.Pending}}); err != nil {
				t.Fatal(err)
			}
		}
		got, err := l.Runs().Needed(t.Context())
		slices.Sort(got.Runs)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(Needed{Runs: []string{"doubt", "shards"}, Sent: []time.Time{dayOne}}, got); diff != "" {
			t.Error(diff)
		}
	})
}
