package history

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer/rundir"
)

var (
	now   = time.Date(2026, 11, 26, 2, 15, 0, 0, time.UTC)
	scope = journal.Scope{Destination: "kard", Host: "api.example", Account: "acme", Feed: "hr"}
)

// makeRun creates a run that started at a time and returns its name. Without an end,
// the run was killed.
func makeRun(t *testing.T, dir string, began time.Time, h journal.Header, end *journal.End, change ...func(*journal.Journal)) string {
	t.Helper()
	d, err := rundir.Create(dir, began)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Claim(d)
	if err != nil {
		t.Fatal(err)
	}
	h.Run, h.Started = d.ID(), began
	if h.Scope == (journal.Scope{}) {
		h.Scope = scope
	}
	j, err := journal.Create(f, h)
	for _, do := range change {
		do(j)
	}
	if err == nil && end != nil {
		err = j.Finish(*end)
	}
	if err := errors.Join(err, f.Close(), d.Close()); err != nil {
		t.Fatal(err)
	}
	return d.ID()
}

func finished() *journal.End { return &journal.End{State: journal.Finished} }
func stopped() *journal.End  { return &journal.End{State: journal.Stopped} }

func TestFindSaysWhatItCannotRead(t *testing.T) {
	dir := t.TempDir()
	run := makeRun(t, dir, now, journal.Header{}, nil)
	r, err := Find(dir, run)
	if err != nil || r.ID != run || r.Running || !r.Journal.Begun || r.Path() != filepath.Join(dir, run) {
		t.Fatal(r, err)
	}
	if err := os.WriteFile(filepath.Join(dir, run, rundir.JournalName), []byte("no journal at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{run, "20260101T000000Z-aaaaaa"} {
		_, err := Find(dir, id)
		if _, typed := errors.AsType[*LookupError](err); !typed {
			t.Errorf("%s: %v", id, err)
		}
	}
	_, err = Find(dir, run)
	if _, damaged := errors.AsType[*journal.DamagedError](err); !damaged {
		t.Error(err)
	}
}

func TestNewest(t *testing.T) {
	dir := t.TempDir()
	makeRun(t, dir, now.Add(-time.Hour), journal.Header{}, finished())
	late := makeRun(t, dir, now.Add(500*time.Millisecond), journal.Header{}, stopped())
	makeRun(t, dir, now.Add(100*time.Millisecond), journal.Header{}, stopped())
	r, err := Newest(dir, "", func(*journal.History) bool { return true })
	if err != nil || r.ID != late {
		t.Error(r, err)
	}
	if r, err = Newest(dir, "", (*journal.History).Over); err != nil || !r.Journal.Over() {
		t.Error(r, err)
	}
	_, err = Newest(dir, " of gold", func(*journal.History) bool { return false })
	if _, typed := errors.AsType[*LookupError](err); !typed || err.Error() != "find the run: no run of gold in "+dir {
		t.Error(err)
	}
	if _, err := Newest(filepath.Join(dir, "none"), "", (*journal.History).Over); err == nil {
		t.Error("a run was found where there is no directory")
	}
}

func TestUnfinished(t *testing.T) {
	dir := t.TempDir()
	elsewhere, feed := scope, scope
	elsewhere.Account, feed.Feed = "other", "crm"
	makeRun(t, dir, now.Add(-7*time.Hour), journal.Header{}, finished())
	makeRun(t, dir, now.Add(-6*time.Hour), journal.Header{Scope: elsewhere}, nil)
	other := makeRun(t, dir, now.Add(-5*time.Hour), journal.Header{Scope: feed, Registered: journal.Registered{Ledger: "another"}}, nil)
	idle := makeRun(t, dir, now.Add(-4*time.Hour), journal.Header{Scope: feed, Registered: journal.Registered{Ledger: "ours"}}, nil)
	active := makeRun(t, dir, now.Add(-3*time.Hour), journal.Header{Scope: feed, Registered: journal.Registered{Ledger: "ours"}}, nil, sent(t))
	killed := makeRun(t, dir, now.Add(-2*time.Hour), journal.Header{}, nil)
	all, err := Unfinished(dir, scope, "ours")
	if got := ids(all); err != nil || !slices.Equal(got, []string{killed, active, idle}) {
		t.Fatal(got, err)
	}
	own, foreign := SplitFeeds(all)
	if !slices.Equal(ids(own), []string{killed}) || !slices.Equal(ids(foreign), []string{active}) {
		t.Error(ids(own), ids(foreign))
	}
	all, err = Unfinished(dir, scope, "ours", other)
	if got := ids(all); err != nil || !slices.Equal(got, []string{killed, active, idle, other}) {
		t.Error("a run of another feed is registered, and its journal names the ledger in another way:", got, err)
	}
}

// A run belongs to another process until that closes the journal.
func TestUnfinishedTellsWhoIsRunning(t *testing.T) {
	dir := t.TempDir()
	run := makeRun(t, dir, now, journal.Header{}, nil)
	d, err := rundir.Open(dir, run)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	f, err := Claim(d)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := Unfinished(dir, scope, "")
	if err != nil || len(all) != 1 || !all[0].Running {
		t.Error(ids(all), err)
	}
}

func TestUnfinishedNeedsEveryJournal(t *testing.T) {
	dir := t.TempDir()
	run := makeRun(t, dir, now, journal.Header{}, nil)
	if err := os.WriteFile(filepath.Join(dir, run, rundir.JournalName), []byte("no journal at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Unfinished(dir, scope, "")
	if _, typed := errors.AsType[*DirError](err); !typed {
		t.Error(err)
	}
}

func TestExpire(t *testing.T) {
	dir := t.TempDir()
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	old := makeRun(t, dir, ago(90*time.Hour), journal.Header{}, finished())
	kept := makeRun(t, dir, ago(80*time.Hour), journal.Header{}, finished())
	read := makeRun(t, dir, ago(70*time.Hour), journal.Header{}, finished())
	stopped := makeRun(t, dir, ago(60*time.Hour), journal.Header{Retry: journal.Retry{Retried: read}}, stopped())
	fresh := makeRun(t, dir, ago(time.Hour), journal.Header{}, finished())
	removed, err := Expire(dir, Expiry{Before: ago(24 * time.Hour), Keep: []string{kept}})
	if removed != 1 || err != nil {
		t.Error(removed, err)
	}
	for run, want := range map[string]bool{old: false, kept: true, read: true, stopped: true, fresh: true} {
		if _, err := os.Stat(filepath.Join(dir, run)); errors.Is(err, fs.ErrNotExist) == want {
			t.Errorf("%s: %v, should be there: %t", run, err, want)
		}
	}
}

// A run without an end may be in progress as long as its files change.
func TestExpireLeavesWhatIsWrittenTo(t *testing.T) {
	dir := t.TempDir()
	clock := time.Now() // that of the disk
	run := makeRun(t, dir, clock.Add(-90*time.Hour), journal.Header{Sandbox: true}, nil)
	if removed, err := Expire(dir, Expiry{Before: clock.Add(-time.Hour)}); removed != 0 || err != nil {
		t.Error(removed, err)
	}
	past := clock.Add(-80 * time.Hour)
	if err := os.Chtimes(filepath.Join(dir, run, rundir.JournalName), past, past); err != nil {
		t.Fatal(err)
	}
	if removed, err := Expire(dir, Expiry{Before: clock.Add(-time.Hour)}); removed != 1 || err != nil {
		t.Error(removed, err)
	}
}

func sent(t *testing.T) func(*journal.Journal) {
	return func(j *journal.Journal) {
		r := &user.Record{Origin: user.Origin{Record: 1}, User: user.User{ID: "u-1"}}
		if err := j.Sent(user.Batch{Op: user.Update, Records: []*user.Record{r}}); err != nil {
			t.Error(err)
		}
	}
}

func ids(runs []*Run) []string {
	var all []string
	for _, r := range runs {
		all = append(all, r.ID)
	}
	return all
}

// The newest run is the one that the ledger met last, whatever the clocks of the
// machines said; runs of other ledgers, and without one, are told apart by their clocks.
func TestNewestByTheLedger(t *testing.T) {
	dir := t.TempDir()
	in := func(ledger string, order int64) journal.Header {
		return journal.Header{Registered: journal.Registered{Ledger: ledger, Order: order}}
	}
	before := makeRun(t, dir, now.Add(-4*time.Hour), in("a", 0), stopped()) // from before there was an order
	early := makeRun(t, dir, now, in("a", 1), stopped())
	behind := makeRun(t, dir, now.Add(-24*time.Hour), in("a", 2), stopped())
	other := makeRun(t, dir, now.Add(-2*time.Hour), in("b", 1), stopped())
	without := makeRun(t, dir, now.Add(-3*time.Hour), journal.Header{}, stopped())
	want := []string{other, without, behind, early, before}
	var got []string
	for range want {
		r, err := Newest(dir, "", func(p *journal.History) bool { return !slices.Contains(got, p.Header.Run) })
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// Where the ledger orders two runs, their clocks do not matter.
func TestTheLedgerOrdersRuns(t *testing.T) {
	const first, second = "20261123T021500Z-zzzzzz", "20200101T021500Z-aaaaaa"
	asked := 0
	s := Staleness{Order: func(runs ...string) map[string]ledger.Run {
		asked++
		return map[string]ledger.Run{first: {Order: 1}, second: {Order: 2}}
	}}
	if !s.later(at{second, 1}, at{first, 1}) || s.later(at{first, 1}, at{second, 1}) || s.later(at{"20260101T021500Z-unknown", 1}, at{first, 1}) {
		t.Error("the order of their clocks was taken for that of the ledger")
	}
	if asked != 3 {
		t.Error("asked", asked, "times")
	}
}

// A run of another feed may come between two parts of a run: what counts is when the record
// was sent or rejected.
func TestPartsOrderRecords(t *testing.T) {
	const hr, crm, now = "20261123T021500Z-aaaaaa", "20261124T021500Z-bbbbbb", "20261125T021500Z-cccccc"
	order := func(...string) map[string]ledger.Run {
		return map[string]ledger.Run{hr: {Order: 1, Parts: []ledger.RunPart{{After: 10, Last: 1, Generation: 5}, {After: 20, Last: 2, Generation: 9}}},
			crm: {Order: 2, Parts: []ledger.RunPart{{After: 7, Last: 2, Generation: 8}, {After: 9, Last: 2, Generation: 10}}}}
	}
	for name, c := range map[string]struct {
		reject user.Rejected
		known  user.LedgerEntry
		want   bool
	}{
		"a reject of the first part":        {user.Rejected{Run: hr, Record: 10}, user.LedgerEntry{Run: crm, Record: 1}, true},
		"of the second, before the other":   {user.Rejected{Run: hr, Record: 20}, user.LedgerEntry{Run: crm, Record: 1}, true},
		"of the third, after the other":     {user.Rejected{Run: hr, Record: 21}, user.LedgerEntry{Run: crm, Record: 1}, false},
		"a user sent by the first part":     {user.Rejected{Run: crm, Record: 1}, user.LedgerEntry{Run: hr, Record: 10}, false},
		"by the third":                      {user.Rejected{Run: crm, Record: 1}, user.LedgerEntry{Run: hr, Record: 21}, true},
		"both were continued: the earlier":  {user.Rejected{Run: crm, Record: 8}, user.LedgerEntry{Run: hr, Record: 21}, true},
		"both were continued: the later":    {user.Rejected{Run: crm, Record: 10}, user.LedgerEntry{Run: hr, Record: 21}, false},
		"a later record of the same run":    {user.Rejected{Run: hr, Record: 12}, user.LedgerEntry{Run: hr, Record: 13}, true},
		"an earlier record of the same run": {user.Rejected{Run: hr, Record: 30}, user.LedgerEntry{Run: hr, Record: 13}, false},
	} {
		s := Staleness{Run: now, Order: order}
		if got := s.Superseded(&user.Record{Origin: user.Origin{Before: &c.reject}}, c.known); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// A summary is a file of its run: a link to another file is none.
func TestSummary(t *testing.T) {
	runs := t.TempDir()
	other := filepath.Join(t.TempDir(), rundir.SummaryName)
	if err := os.WriteFile(other, []byte(`{"run": "other", "state": "finished"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := rundir.Open(runs, makeRun(t, runs, now, journal.Header{}, finished()))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if s, err := Summary(d); s != nil || err != nil {
		t.Errorf("without a file: %v, %v", s, err)
	}
	path := filepath.Join(d.Path(), rundir.SummaryName)
	if err := os.Symlink(other, path); err != nil {
		t.Fatal(err)
	}
	if s, _ := Summary(d); s != nil {
		t.Errorf("through a link: %v", s)
	}
	if err := errors.Join(os.Remove(path), os.WriteFile(path, []byte(`{"run": "own"}`), 0o600)); err != nil {
		t.Fatal(err)
	}
	if s, err := Summary(d); err != nil || s.Run != "own" {
		t.Errorf("the file of the run: %v, %v", s, err)
	}
	if err := os.WriteFile(path, []byte(`{`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Summary(d); err == nil {
		t.Error("no error about a damaged file")
	}
}
