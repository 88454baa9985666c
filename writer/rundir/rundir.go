// Package rundir holds the files that a run leaves: a directory of its
// own for every run, files that get their name only when they are whole, and
// one results file elsewhere or on stdout.
//
// It knows bytes and names, and nothing of what is written: that is package
// writer. Start at Create for a run directory and at File for how one is
// finished.
package rundir

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// stampLayout is how a run's name tells its start, so that names sort by time.
const stampLayout = "20060102T150405Z"

// Dir is the directory of one run. Its methods may be called by several
// goroutines.
type Dir struct {
	root *os.Root
	id   string
	path string
}

// Create makes the directory of a run that starts at now below runsDir, and
// runsDir too if it is not there: both for their owner alone (mode 0700). A
// runsDir that another user owns, or that anyone may write to, is an
// *UnsafeError. Every error is a *PlaceError. Close the Dir when its files are
// finished.
func Create(runsDir string, now time.Time) (*Dir, error) {
	runs, err := openRuns(runsDir)
	if err != nil {
		return nil, &PlaceError{fmt.Errorf("open runs directory: %w", err)}
	}
	defer runs.Close()
	id := now.UTC().Format(stampLayout) + "-" + token()
	root, err := makeDir(runs, id)
	if err != nil {
		return nil, &PlaceError{fmt.Errorf("make run directory %s: %w", filepath.Join(runsDir, id), err)}
	}
	return &Dir{root: root, id: id, path: filepath.Join(runsDir, id)}, nil
}

func openRuns(path string) (*os.Root, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	if err := checkSafe(root, path); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return root, nil
}

// checkSafe looks at the directory that was opened, not at its name, which
// could have come to mean another one.
func checkSafe(root *os.Root, path string) error {
	info, err := root.Stat(".")
	if err != nil {
		return err
	}
	return unsafe(path, info, os.Geteuid())
}

func unsafe(path string, info os.FileInfo, me int) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != me {
		return &UnsafeError{Path: path, Why: fmt.Sprintf("belongs to user %d, and this is user %d", stat.Uid, me)}
	}
	if info.Mode().Perm()&0o002 != 0 {
		return &UnsafeError{Path: path, Why: fmt.Sprintf("anyone may write to it (mode %04o)", info.Mode().Perm())}
	}
	return nil
}

func makeDir(parent *os.Root, name string) (*os.Root, error) {
	if err := parent.Mkdir(name, 0o700); err != nil {
		return nil, err
	}
	if err := syncDir(parent); err != nil {
		return nil, err
	}
	return parent.OpenRoot(name)
}

// syncDir makes names last: what was made or renamed in the directory is
// there after a power loss.
func syncDir(root *os.Root) error {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// token returns six random characters of base32, in lower case.
func token() string { return strings.ToLower(rand.Text()[:6]) }

// ID returns the name of the run: its start and six random characters.
func (d *Dir) ID() string { return d.id }

// Path returns where the directory lies, as runsDir was given.
func (d *Dir) Path() string { return d.path }

// Close lets go of the directory. Files that are still open can be written
// to, but not committed.
func (d *Dir) Close() error { return d.root.Close() }
