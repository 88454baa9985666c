package history

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer/rundir"
)

func TestWhatIsKnownLaterSupersedesAReject(t *testing.T) {
	const monday, tuesday, now = "20261123T021500Z-zzzzzz", "20261124T021500Z-aaaaaa", "20261125T021500Z-aaaaaa"
	reject := user.Rejected{Run: monday, Record: 10}
	for name, c := range map[string]struct {
		reject user.Rejected
		known  user.LedgerEntry
		want   bool
	}{
		"nothing is known":             {reject, user.LedgerEntry{}, false},
		"an earlier run":               {user.Rejected{Run: tuesday, Record: 10}, user.LedgerEntry{Run: monday, Record: 11}, false},
		"a later run":                  {reject, user.LedgerEntry{Run: tuesday, Record: 1}, true},
		"an earlier record":            {reject, user.LedgerEntry{Run: monday, Record: 9}, false},
		"a later record":               {reject, user.LedgerEntry{Run: monday, Record: 11}, true},
		"an earlier row of this input": {reject, user.LedgerEntry{Run: now, Record: 1}, false},
		"it was superseded before":     {user.Rejected{Run: tuesday, Record: 10, Code: user.CodeSuperseded}, user.LedgerEntry{Run: monday, Record: 1}, true},
		"an unknown run":               {reject, user.LedgerEntry{Run: "imported", Record: 1}, true},
	} {
		s := Staleness{Run: now, Dir: t.TempDir()}
		r := user.Record{Origin: user.Origin{Before: &c.reject}}
		if got := s.Superseded(&r, c.known); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// Journals order two runs that started in the same second.
func TestRunsOfOneSecond(t *testing.T) {
	const first, second = "20261123T021500Z-zzzzzz", "20261123T021500Z-aaaaaa"
	runs := t.TempDir()
	begun := time.Date(2026, 11, 23, 2, 15, 0, 1, time.UTC)
	for i, run := range []string{first, second} {
		if err := os.Mkdir(filepath.Join(runs, run), 0o700); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(filepath.Join(runs, run, rundir.JournalName), os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := journal.Create(f, journal.Header{Run: run, Started: begun.Add(time.Duration(i) * time.Millisecond)}); err != nil {
			t.Fatal(err)
		}
	}
	s := Staleness{Dir: runs}
	if !s.later(at{second, 1}, at{first, 1}) || s.later(at{first, 1}, at{second, 1}) {
		t.Error("the runs are ordered by name, not by start")
	}
}
