package explain

import (
	"testing"
	"time"

	"usersync/sync/journal"
	"usersync/sync/user"
)

// Where the run that was asked for had the user, it does not matter that older runs were not searched.
func TestOlderRunsNeedNoSearch(t *testing.T) {
	for _, c := range []struct {
		asked string
		had   bool
		want  int
	}{{"b", true, 1}, {"b", false, 2}, {"", true, 2}} {
		var all []searched
		for i, run := range []string{"a", "b", "c"} {
			one := searched{run: run, why: "it has no index", header: journal.Header{Run: run, Started: time.Unix(int64(i), 0)}}
			if run == "b" {
				one.why = ""
			}
			if run == "b" && c.had {
				one.unwritten = []user.Settled{{ID: "u-1"}}
			}
			all = append(all, one)
		}
		found := (&search{Query: Query{Run: c.asked}}).sum(all)
		if n := len(found.NotSearched); n != c.want || found.NotSearched[n-1].Run != "c" {
			t.Errorf("%+v: %+v", c, found.NotSearched)
		}
	}
}
