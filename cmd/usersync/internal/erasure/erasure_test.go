package erasure

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer/rundir"
)

var scope = journal.Scope{Destination: "kard", Host: "api.example", Account: "acme", Feed: "hr"}

const id = "u-4711"

// makeRun creates a run that was about to update a user, and lists it as one to delete.
// With an empty state, the run was killed.
func makeRun(t *testing.T, dir, user string, h journal.Header, state journal.State) string {
	t.Helper()
	d, err := rundir.Create(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	f, err := history.Claim(d)
	if err != nil {
		t.Fatal(err)
	}
	h.Run = d.ID()
	if h.Scope == (journal.Scope{}) {
		h.Scope = scope
	}
	j, err := journal.Create(f, h)
	if err != nil {
		t.Fatal(err)
	}
	err = j.Sent(batchOf(user))
	if state != "" {
		err = errors.Join(err, j.Finish(journal.End{State: state}))
	}
	list := os.WriteFile(filepath.Join(d.Path(), "absent.csv"), []byte("id,remote\n"+user+",r-1\n"), 0o600)
	if err := errors.Join(err, list, f.Close(), d.Close()); err != nil {
		t.Fatal(err)
	}
	return d.ID()
}

func batchOf(id string) user.Batch {
	r := &user.Record{Origin: user.Origin{Record: 1}, User: user.User{ID: id}}
	return user.Batch{Op: user.Update, Records: []*user.Record{r}}
}

// holds reports whether a file of the run holds the id.
func holds(t *testing.T, dir, run string) bool {
	t.Helper()
	found := false
	for _, name := range []string{"absent.csv", rundir.JournalName} {
		text, err := os.ReadFile(filepath.Join(dir, run, name))
		if err != nil {
			t.Fatal(err)
		}
		found = found || bytes.Contains(text, []byte(id))
	}
	return found
}

func TestErase(t *testing.T) {
	dir := t.TempDir()
	feed, elsewhere := scope, scope
	feed.Feed, elsewhere.Account = "crm", "other"
	mine := makeRun(t, dir, id, journal.Header{}, journal.Finished)
	otherFeed := makeRun(t, dir, id, journal.Header{Scope: feed}, journal.Absorbed)
	sandbox := makeRun(t, dir, id, journal.Header{Scope: journal.Scope{Destination: "kard"}, Sandbox: true}, journal.Stopped)
	apart := makeRun(t, dir, id, journal.Header{Scope: elsewhere}, journal.Finished)
	makeRun(t, dir, "u-1", journal.Header{}, "")
	done, err := Erase(t.Context(), nil, dir, scope, id)
	if err != nil || !reflect.DeepEqual(done, Done{Runs: 3, Notes: 3, Lists: 3, Elsewhere: 1}) {
		t.Errorf("%+v, %v", done, err)
	}
	for run, want := range map[string]bool{mine: false, otherFeed: false, sandbox: false, apart: true} {
		if holds(t, dir, run) != want {
			t.Errorf("run %s holds the id: %t", run, !want)
		}
	}
	if done, err := Erase(t.Context(), nil, dir, scope, id); !errors.Is(err, ErrUnknown) {
		t.Errorf("a second time: %+v, %v", done, err)
	}
}

// After an account has got another address, its earlier runs are known by the ledger.
func TestEraseFindsRunsOfAnEarlierAddress(t *testing.T) {
	dir := t.TempDir()
	earlier := scope
	earlier.Account = "before"
	moved := makeRun(t, dir, id, journal.Header{Scope: earlier}, journal.Finished)
	apart := makeRun(t, dir, id, journal.Header{Scope: earlier}, journal.Finished)
	l, err := ledger.Open(t.Context(), ledger.Options{URL: "sqlite:" + filepath.Join(dir, "ledger.db"), Scope: "now"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = l.Lock(t.Context(), "test", 0)
	if err == nil {
		_, err = l.Runs().Register(t.Context(), ledger.Run{Name: moved}, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	done, err := Erase(t.Context(), l, dir, scope, id)
	if err = errors.Join(err, l.Close()); err != nil || !reflect.DeepEqual(done, Done{Runs: 1, Notes: 1, Lists: 1, Elsewhere: 1}) {
		t.Errorf("%+v, %v", done, err)
	}
	if holds(t, dir, moved) || !holds(t, dir, apart) {
		t.Error("the id is still in the run of the earlier address, or erased from another account")
	}
}

// Nothing is erased while an unfinished run may still need it.
func TestEraseWaitsForRuns(t *testing.T) {
	for name, blocks := range map[string]func(t *testing.T, dir, done string) string{
		"killed": func(t *testing.T, dir, _ string) string { return makeRun(t, dir, id, journal.Header{}, "") },
		"it reads the rejects": func(t *testing.T, dir, done string) string {
			return makeRun(t, dir, "u-1", journal.Header{Retry: journal.Retry{Retried: done}}, journal.Stopped)
		},
	} {
		dir := t.TempDir()
		finished := makeRun(t, dir, id, journal.Header{}, journal.Finished)
		blocking := blocks(t, dir, finished)
		_, err := Erase(t.Context(), nil, dir, scope, id)
		blocked, ok := errors.AsType[*BlockedError](err)
		if !ok || len(blocked.Runs) != 1 || blocked.Runs[0].ID != blocking || !holds(t, dir, finished) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A run that cannot be read may hold the id.
func TestEraseReadsEveryRun(t *testing.T) {
	dir := t.TempDir()
	finished := makeRun(t, dir, id, journal.Header{}, journal.Finished)
	broken := makeRun(t, dir, "u-1", journal.Header{}, journal.Finished)
	if err := os.WriteFile(filepath.Join(dir, broken, rundir.JournalName), []byte("no journal at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Erase(t.Context(), nil, dir, scope, id)
	if unreadable, ok := errors.AsType[*UnreadableError](err); !ok || unreadable.Run != broken || !holds(t, dir, finished) {
		t.Error(err)
	}
}

// After a call was killed while it changed files, the next one finishes.
func TestEraseFinishesWhatWasBegun(t *testing.T) {
	dir := t.TempDir()
	run := makeRun(t, dir, "u-1", journal.Header{}, journal.Finished)
	if err := os.WriteFile(filepath.Join(dir, run, rundir.ErasingName), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	done, err := Erase(t.Context(), nil, dir, scope, id)
	if _, left := os.Stat(filepath.Join(dir, run, rundir.ErasingName)); err != nil || done.Runs != 1 || !os.IsNotExist(left) {
		t.Errorf("%+v, %v", done, err)
	}
}
