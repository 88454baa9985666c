package output

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/history"
	"usersync/reader"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/index"
	"usersync/writer/rundir"
)

func specIn(dir string) Spec {
	return Spec{Output: config.Output{RunsDir: dir, ResultsFormat: "csv"}, Layout: reader.Layout{Format: "csv", Delimiter: ',', Header: []string{"id"}}, Progress: discard{}}
}

func writeUsers(t *testing.T, w writer.Writer, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		r := user.Record{Origin: user.Origin{Record: i + 1, File: "users.csv"}}
		r.User.ID = fmt.Sprint("u-", i)
		if err := w.Write(&user.Outcome{Record: &r, Status: user.Created, Action: user.Create}); err != nil {
			t.Fatal(err)
		}
	}
}

// foundAt returns the id of the row that the index finds for an id, and whether it covers all
// results.
func foundAt(t *testing.T, dir, key, id string) (found string, covered bool) {
	t.Helper()
	k, _ := index.ParseKey(key)
	f, err := os.Open(filepath.Join(dir, rundir.IndexName))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	results, err := filepath.Glob(filepath.Join(dir, "results.csv*"))
	if err != nil || len(results) != 1 {
		t.Fatal(results, err)
	}
	text, err := os.Open(results[0])
	if err != nil {
		t.Fatal(err)
	}
	defer text.Close()
	info, err := text.Stat()
	if err != nil {
		t.Fatal(err)
	}
	x, err := openIndex(f, info.Size(), k)
	if err != nil {
		t.Fatal(err)
	}
	_, to := x.Covered()
	at, err := x.Find(id)
	if err != nil || len(at) == 0 {
		return "", to == info.Size()
	}
	row, err := writer.ReadResult(text, at[0], "results.csv", writer.FormatCSV)
	if err != nil {
		t.Fatal(err)
	}
	return row.ID, to == info.Size()
}

// The index of a run covers every row, also if the run was killed and continued: rows that
// were cut off are not in it, and rows that it lacked are added.
func TestIndexOfAResumedRun(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"whole":   func(string) error { return nil },
		"missing": os.Remove,
		"cut":     func(path string) error { return os.Truncate(path, 20) },
		"broken":  func(path string) error { return os.WriteFile(path, make([]byte, 5000), 0o600) },
	} {
		runs, key := t.TempDir(), index.NewKey()
		f, err := Create(specIn(runs), time.Now(), func(string) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		h := journal.Header{Run: f.Run(), Registered: journal.Registered{IndexKey: key}}
		if err := f.Begin(h); err != nil {
			t.Fatal(err)
		}
		w := f.Writer(discard{})
		writeUsers(t, w, 0, 100)
		if err := f.results.Flush(); err != nil {
			t.Fatal(err)
		}
		checkpoint := journal.Checkpoint{Record: 100, Results: f.results.Size(), Rejects: f.Rejects().Size()}
		writeUsers(t, w, 100, 200)
		if err := f.Finish(false, nil); err != nil {
			t.Fatal(err)
		}
		if err := f.Release(); err != nil {
			t.Fatal(err)
		}
		if id, covered := foundAt(t, f.Dir().Path(), key, "u-150"); id != "u-150" || !covered {
			t.Fatalf("%s: before: %q, all covered: %v", name, id, covered)
		}
		if err := change(filepath.Join(f.Dir().Path(), rundir.IndexName)); err != nil {
			t.Fatal(err)
		}
		again, err := Resume(specIn(runs), &history.Run{Dir: runs, ID: f.Run(), Journal: &journal.History{Begun: true, Header: h, Checkpoint: checkpoint}})
		if err != nil {
			t.Fatal(err)
		}
		if c, err := again.Recount(); err != nil || c.Written != 100 {
			t.Fatal(c.Written, err)
		}
		if err := again.OpenWriters(); err != nil {
			t.Fatal(err)
		}
		writeUsers(t, again.Writer(discard{}), 300, 400)
		if err := again.Finish(true, nil); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"u-0", "u-99", "u-300", "u-399"} {
			if got, covered := foundAt(t, f.Dir().Path(), key, id); got != id || !covered {
				t.Errorf("%s: %s is found as %q, all covered: %v", name, id, got, covered)
			}
		}
		if got, _ := foundAt(t, f.Dir().Path(), key, "u-150"); got == "u-150" {
			t.Errorf("%s: a row that was cut off is found", name)
		}
		if err := again.Release(); err != nil {
			t.Fatal(err)
		}
	}
}

// A run that was killed before its first checkpoint begins its results again. The header that
// it writes then is not a row.
func TestIndexOfARunBegunAgain(t *testing.T) {
	runs, key := t.TempDir(), index.NewKey()
	f, err := Create(specIn(runs), time.Now(), func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Begin(journal.Header{Run: f.Run(), Registered: journal.Registered{IndexKey: key}}); err != nil {
		t.Fatal(err)
	}
	writeUsers(t, f.Writer(discard{}), 0, 10)
	if err := f.Release(); err != nil {
		t.Fatal(err)
	}
	past, err := history.Read(runs, f.Run())
	if err != nil {
		t.Fatal(err)
	}
	again, err := Resume(specIn(runs), past)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.OpenWriters(); err != nil {
		t.Fatal(err)
	}
	if err := again.Continue(past.Journal, journal.Resumed{}); err != nil {
		t.Fatal(err)
	}
	writeUsers(t, again.Writer(discard{}), 0, 10)
	if err := again.Finish(true, nil); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"u-0", "u-1", "u-9"} {
		if got, covered := foundAt(t, f.Dir().Path(), key, id); got != id || !covered {
			t.Errorf("%s is found as %q, all covered: %v", id, got, covered)
		}
	}
	if err := again.Release(); err != nil {
		t.Fatal(err)
	}
}
