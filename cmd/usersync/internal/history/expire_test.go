package history

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/writer/rundir"
)

// left runs Expire and returns which of the named runs are left.
func left(t *testing.T, dir string, x Expiry, runs map[string]string) (names []string) {
	t.Helper()
	if _, err := Expire(dir, x); err != nil {
		t.Fatal(err)
	}
	for name, run := range runs {
		if _, err := os.Stat(filepath.Join(dir, run)); !errors.Is(err, fs.ErrNotExist) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// makeEnded is makeRun for a run whose files were last written an hour after it began.
func makeEnded(t *testing.T, dir string, began time.Time, h journal.Header) string {
	t.Helper()
	run := makeRun(t, dir, began, h, finished())
	summary := filepath.Join(dir, run, "summary.json")
	if err := os.WriteFile(summary, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{summary, filepath.Join(dir, run, rundir.JournalName)} {
		if err := os.Chtimes(path, began.Add(time.Hour), began.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	return run
}

// The results of the last night of a feed stay, however long ago it was.
func TestExpireKeepsTheNewestOfEachFeed(t *testing.T) {
	dir := t.TempDir()
	old := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	monthly, sandbox := scope, journal.Header{Sandbox: true}
	monthly.Feed = "monthly"
	sandbox.Scope.Feed = "tried"
	got := left(t, dir, Expiry{Before: old(7)}, map[string]string{
		"older of the month":  makeEnded(t, dir, old(60), journal.Header{Scope: monthly}),
		"newest of the month": makeEnded(t, dir, old(30), journal.Header{Scope: monthly}),
		"its retry":           makeEnded(t, dir, old(29), journal.Header{Scope: monthly, Retry: journal.Retry{Retried: "r"}}),
		"night before":        makeEnded(t, dir, old(20), journal.Header{}),
		"last complete night": makeEnded(t, dir, old(19), journal.Header{}),
		"in the sandbox":      makeEnded(t, dir, old(18), sandbox),
		"a night that failed": makeRun(t, dir, old(1), journal.Header{}, stopped()),
	})
	if want := []string{"a night that failed", "last complete night", "newest of the month"}; !slices.Equal(got, want) {
		t.Errorf("left: %q", got)
	}
}

func TestExpireKeepsWhatUsersNeed(t *testing.T) {
	dir := t.TempDir()
	old := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	runs := map[string]string{
		"plain":               makeEnded(t, dir, old(50), journal.Header{}),
		"left users in doubt": makeEnded(t, dir, old(40), journal.Header{}),
		"sent a parked row":   makeEnded(t, dir, old(30), journal.Header{}),
		"after it":            makeEnded(t, dir, old(29), journal.Header{}),
		"not yet published":   makeEnded(t, dir, old(28), journal.Header{}),
		"newest":              makeEnded(t, dir, old(1), journal.Header{}),
	}
	note := filepath.Join(dir, runs["not yet published"], rundir.UnpublishedName)
	if err := errors.Join(os.WriteFile(note, nil, 0o600), os.Chtimes(note, old(28), old(28))); err != nil {
		t.Fatal(err)
	}
	x := Expiry{Before: old(7), Needed: func() (ledger.Needed, error) { return ledger.Needed{}, errors.New("the database is away") }}
	if removed, err := Expire(dir, x); removed != 0 || err == nil {
		t.Errorf("removed %d without knowing what is needed: %v", removed, err)
	}
	x.Needed = func() (ledger.Needed, error) {
		return ledger.Needed{Runs: []string{runs["left users in doubt"]}, Sent: []time.Time{old(30).Add(time.Minute)}}, nil
	}
	if got, want := left(t, dir, x, runs), []string{"left users in doubt", "newest", "not yet published", "sent a parked row"}; !slices.Equal(got, want) {
		t.Errorf("left: %q", got)
	}
}

// A ledger alone knows what its users need.
func TestExpireLeavesRunsOfOtherLedgers(t *testing.T) {
	dir := t.TempDir()
	old := func(days int) time.Time { return now.AddDate(0, 0, -days) }
	of := func(ledger string) journal.Header {
		return journal.Header{Registered: journal.Registered{Ledger: ledger}}
	}
	got := left(t, dir, Expiry{Before: old(7), Ledger: "ours"}, map[string]string{
		"ours":          makeEnded(t, dir, old(30), of("ours")),
		"theirs":        makeEnded(t, dir, old(30), of("theirs")),
		"of a lost one": makeEnded(t, dir, old(30), of("lost")),
		"theirs, new":   makeEnded(t, dir, old(2), of("theirs")),
		"ours, new":     makeEnded(t, dir, old(1), of("ours")),
	})
	if want := []string{"ours, new", "theirs", "theirs, new"}; !slices.Equal(got, want) {
		t.Errorf("left: %q", got)
	}
}

// A clock that has jumped years ahead makes no run older, neither in the first run nor in the next ones.
// After a pause of years, runs are old all the same.
func TestExpireDoesNotTrustTheClock(t *testing.T) {
	const ttl = 8 * 24 * time.Hour
	for _, c := range []struct {
		years, runs int
		want        []string
	}{
		{70, 1, []string{"last night", "last week", "run 1"}},
		{70, 3, []string{"last night", "last week", "run 1", "run 2", "run 3"}},
		{5, 1, []string{"last night", "last week", "run 1"}},
		{5, 3, []string{"run 1", "run 2", "run 3"}},
	} {
		dir, runs := t.TempDir(), map[string]string{}
		for name, days := range map[string]int{"too old": 20, "last week": 7, "last night": 1} {
			runs[name] = makeEnded(t, dir, now.AddDate(0, 0, -days), journal.Header{})
		}
		var own string
		later := now.AddDate(c.years, 0, 0)
		for i := range c.runs {
			own = makeEnded(t, dir, later.AddDate(0, 0, i), journal.Header{})
			runs["run "+strconv.Itoa(i+1)] = own
		}
		if got := left(t, dir, Expiry{Before: later.Add(-ttl), Age: ttl, Keep: []string{own}}, runs); !slices.Equal(got, c.want) {
			t.Errorf("%d years later, after %d runs, left: %q", c.years, c.runs, got)
		}
	}
}
