package advice

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/history"
	"usersync/writer/rundir"
)

// What the run directory says has the same exit code whether or not the caller
// wraps it: its own errors are typed.
func TestForgottenWrapper(t *testing.T) {
	runs := filepath.Join(t.TempDir(), "runs")
	dir, err := rundir.Create(runs, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(runs); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(runs, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, fails := range map[string]func() error{
		"create":      func() error { _, err := rundir.Create(runs, time.Now()); return err },
		"open":        func() error { _, err := rundir.Open(runs, dir.ID()); return err },
		"list":        func() error { _, err := rundir.Runs(runs); return err },
		"remove run":  func() error { return rundir.RemoveRun(runs, dir.ID()) },
		"a new file":  func() error { _, err := dir.File("rejects.csv"); return err },
		"reserve":     func() error { _, err := dir.Reserve("summary.json", 10); return err },
		"resume":      func() error { _, err := dir.Resume("results.csv", 0); return err },
		"append":      func() error { _, err := dir.Append("journal"); return err },
		"read":        func() error { _, err := dir.Read("results.csv"); return err },
		"replace":     func() error { _, err := dir.Replace("summary.json"); return err },
		"rewrite":     func() error { _, err := dir.Rewrite("results.csv"); return err },
		"results":     func() error { _, err := rundir.Replace(filepath.Join(runs, "r.csv")); return err },
		"full device": fullDevice,
	} {
		err := fails()
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		bare, wrapped := ExitCode(err, Result{}), ExitCode(&history.DirError{Err: err}, Result{})
		if bare != wrapped || Hint(err) == "" {
			t.Errorf("%s: exit code %d, and %d if it is wrapped; hint %q: %v", name, bare, wrapped, Hint(err), err)
		}
	}
}

// fullDevice writes to a disk that is full.
func fullDevice() error {
	f, err := rundir.Replace("/dev/full")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 1<<20))
	if err == nil {
		err = f.Sync()
	}
	return err
}
