package advice

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/erasure"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/writer/rundir"
)

// Files of a run that cannot be read have one exit code and a hint, bare or wrapped:
// a wrapper that is forgotten must not make an internal error of them.
func TestRunFilesNotReadable(t *testing.T) {
	failed := func(errno syscall.Errno) error {
		return &rundir.AccessError{Err: &fs.PathError{Op: "read", Path: "results.csv", Err: errno}}
	}
	cases := map[string]struct {
		err  error
		code int
	}{
		"no permission":  {failed(syscall.EACCES), exit.Misuse},
		"a broken disk":  {failed(syscall.EIO), exit.Temporary},
		"a stale handle": {failed(syscall.ESTALE), exit.Temporary},
		"a full disk":    {failed(syscall.ENOSPC), exit.Temporary},
	}
	for name, err := range unreadable(t) {
		cases[name] = struct {
			err  error
			code int
		}{err, exit.Misuse}
	}
	for name, c := range cases {
		for wrapper, err := range map[string]error{
			"bare":       c.err,
			"fmt":        fmt.Errorf("count the results: %w", errors.Join(c.err, nil)),
			"lookup":     &history.LookupError{Err: c.err},
			"directory":  &history.DirError{Err: c.err},
			"absorption": &history.AbsorbError{Run: "k", Err: c.err},
			"erasure":    &erasure.UnreadableError{Run: "k", Err: c.err},
		} {
			if got := ExitCode(err, Result{}); got != c.code {
				t.Errorf("%s, %s: exit code %d, want %d (%v)", name, wrapper, got, c.code, err)
			}
			if Hint(err) == "" {
				t.Errorf("%s, %s: no hint (%v)", name, wrapper, err)
			}
		}
	}
}

// unreadable returns the errors of directories and files that are not what they should
// be.
func unreadable(t *testing.T) map[string]error {
	t.Helper()
	runs := t.TempDir()
	dir, err := rundir.Create(runs, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	for _, err := range []error{
		os.Symlink("/etc/passwd", filepath.Join(dir.Path(), "results.csv")),
		os.Mkdir(filepath.Join(dir.Path(), "rejects.csv"), 0o700),
		os.WriteFile(filepath.Join(runs, "a-file"), nil, 0o600),
		os.Symlink(dir.ID(), filepath.Join(runs, "a-link")),
		os.MkdirAll(filepath.Join(runs, "open", "run"), 0o700), os.Chmod(filepath.Join(runs, "open"), 0o777),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	errs := map[string]error{}
	for name, run := range map[string][2]string{
		"no such run": {runs, "none"}, "a file for a run": {runs, "a-file"}, "a link for a run": {runs, "a-link"},
		"a run above": {runs, ".."}, "no runs directory": {filepath.Join(runs, "none"), "run"}, "an open directory": {filepath.Join(runs, "open"), "run"},
	} {
		_, errs[name] = rundir.Open(run[0], run[1])
	}
	_, errs["a link for a file"] = dir.Read("results.csv")
	_, errs["a directory for a file"] = dir.Read("rejects.csv")
	_, errs["no such file"] = dir.Read("journal")
	_, errs["a file above"] = dir.Read("../a-file")
	_, errs["a list of open runs"] = rundir.Runs(filepath.Join(runs, "open"))
	errs["a run with other files"] = rundir.RemoveRun(runs, dir.ID())
	return errs
}
