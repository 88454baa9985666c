package history

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"usersync/reader"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
)

// tell writes results, and the rejects among them, of a run that has read file. Each record is
// "ID STATUS CODE"; the lines are those of a file with a header.
func tell(t *testing.T, dir, run, file string, records ...string) {
	t.Helper()
	var results, rejects strings.Builder
	w, err := writer.NewResults(&results, writer.FormatCSV)
	if err != nil {
		t.Fatal(err)
	}
	again, err := writer.NewRejects(&rejects, writer.RejectsOptions{Format: writer.FormatCSV, Header: []string{"id"}, Run: run})
	if err != nil {
		t.Fatal(err)
	}
	for i, record := range records {
		parts := strings.Fields(record)
		r := &user.Record{Origin: user.Origin{Record: i + 1, File: file, Line: i + 2, Raw: parts[0]}, User: user.User{ID: parts[0]}}
		o := user.Outcome{Record: r, Status: user.Status(parts[1])}
		if len(parts) > 2 {
			o.Code = parts[2]
		}
		if err := writer.Tee(w, again).Write(&o); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"results.csv": results.String(), "rejects.csv": rejects.String()} {
		if err := os.WriteFile(filepath.Join(dir, run, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// retryOf is the header of a run that has read the rejects of another one.
func retryOf(t *testing.T, dir, run string) journal.Header {
	t.Helper()
	path := filepath.Join(dir, run, "rejects.csv")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return journal.Header{Retry: journal.Retry{Retried: run}, Inputs: []journal.Input{{Path: path, Size: info.Size(), Modified: info.ModTime()}}}
}

// A retry sends what no later run has settled, also a retry of a retry, and knows which
// rejects a later run may have sent.
func TestSelect(t *testing.T) {
	dir := t.TempDir()
	first := makeRun(t, dir, now, journal.Header{}, finished())
	tell(t, dir, first, "users.csv", "a refused taken", "b created", "c refused taken", "d refused bad", "e failed http_503", "f refused bad", "f refused bad", "g failed dns")
	rejects := filepath.Join(dir, first, "rejects.csv")
	second := makeRun(t, dir, now.Add(time.Hour), retryOf(t, dir, first), finished())
	tell(t, dir, second, rejects, "a created", "c refused taken", "d refused bad", "e in_doubt no_answer", "f refused bad", "f updated", "g failed dns")
	third := makeRun(t, dir, now.Add(2*time.Hour), retryOf(t, dir, second), finished())
	tell(t, dir, third, filepath.Join(dir, second, "rejects.csv"), "c created", "d refused bad", "e refused bad", "f refused bad", "g failed dns")
	other := retryOf(t, dir, first)
	other.Scope.Account = "another"
	elsewhere := makeRun(t, dir, now.Add(3*time.Hour), other, finished())
	tell(t, dir, elsewhere, rejects, "d created")
	stopped := makeRun(t, dir, now.Add(4*time.Hour), retryOf(t, dir, first), stopped())
	tell(t, dir, stopped, rejects, "a unchanged")

	of, err := Find(dir, first)
	if err != nil {
		t.Fatal(err)
	}
	later, err := Later(dir, of, journal.Retry{Retried: first})
	if want := []string{second, third}; err != nil || !slices.Equal(later, want) {
		t.Fatalf("later are %q, not %q: %v", later, want, err)
	}
	if all, err := Later(dir, of, journal.Retry{Retried: first, Groups: []string{"g"}}); err != nil || len(all) != 3 {
		t.Errorf("%q, %v: a run that is of other groups is not this one", all, err)
	}
	s, err := Select(dir, journal.Retry{Retried: first, SettledBy: later})
	if err != nil {
		t.Fatal(err)
	}
	// a: second; c: third; d, e, f (the first of the two) and g: nobody's; e was in doubt once
	want := map[int]reader.Selection{1: reader.Settled, 3: reader.Settled, 4: reader.Selected, 5: reader.MaybeSent, 6: reader.Selected, 7: reader.Settled, 8: reader.Selected}
	for record, selection := range want {
		if got := s.Of(user.Rejected{Run: first, Record: record}); got != selection {
			t.Errorf("record %d: %d, want %d", record, got, selection)
		}
	}
	if s.Send != 4 || s.Settled != 3 || s.OtherGroups != 0 || s.Of(user.Rejected{Run: second, Record: 1}) != reader.Selected || s.Of(user.Rejected{}) != reader.Selected {
		t.Errorf("%+v", s)
	}

	// The file was edited since: where an id is on two rows, no line tells which it was.
	if err := os.Chtimes(rejects, now, now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if s, err = Select(dir, journal.Retry{Retried: first, SettledBy: later}); err != nil || s.Send != 5 || s.Of(user.Rejected{Run: first, Record: 7}) != reader.Selected {
		t.Errorf("%+v, %v", s, err)
	}

	// By group: other rejects of the run, and rows that name no run, are left out.
	groups := s.Sendable()
	if len(groups) != 4 || groups[0].Code != "bad" {
		t.Fatalf("%+v", groups)
	}
	s, err = Select(dir, journal.Retry{Retried: first, Groups: []string{groups[0].Key, "g1-none"}, SettledBy: later})
	if err != nil || s.Send != 3 || s.OtherGroups != 2 || s.Settled != 2 || fmt.Sprint(s.Missing()) != "[g1-none]" {
		t.Errorf("%+v, %v", s, err)
	}
	for r, want := range map[user.Rejected]reader.Selection{{Run: first, Record: 4}: reader.Selected, {Run: first, Record: 8}: reader.OtherGroup, {Run: second, Record: 3}: reader.OtherGroup, {}: reader.OtherGroup} {
		if got := s.Of(r); got != want {
			t.Errorf("%+v: %d, want %d", r, got, want)
		}
	}
}

// The files that a retry was based on stay while it can be continued.
func TestExpireKeepsWhatARetryNeeds(t *testing.T) {
	dir := t.TempDir()
	first := makeRun(t, dir, now.Add(-90*time.Hour), journal.Header{}, finished())
	second := makeRun(t, dir, now.Add(-80*time.Hour), journal.Header{Retry: journal.Retry{Retried: first}}, finished())
	makeRun(t, dir, now.Add(-time.Hour), journal.Header{Retry: journal.Retry{Retried: first, SettledBy: []string{second}}}, stopped())
	if removed, err := Expire(dir, Expiry{Before: now.Add(-24 * time.Hour)}); removed != 0 || err != nil {
		t.Error(removed, err)
	}
}
