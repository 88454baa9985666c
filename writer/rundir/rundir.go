// Package rundir manages the files of a run: each run has its own directory, a file gets its name only
// when it is complete, and one results file may go elsewhere or to stdout.
//
// It knows bytes and names, and nothing about their content: package writer does. Start at Create for a
// run directory and at File for how a file is finished.
package rundir

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// stampLayout is how a run's name starts, so that names sort by time.
const stampLayout = "20060102T150405Z"

// Dir is the directory of one run. It is safe for concurrent use.
type Dir struct {
	root *os.Root
	id   string
	path string
}

// Create creates the directory of a run that starts at now below runsDir, and runsDir too if needed: both
// for their owner only (mode 0700). A runsDir that another user owns, or that is world-writable, is an
// *UnsafeError. Every error is a *PlaceError. Close the Dir once its files are finished.
func Create(runsDir string, now time.Time) (*Dir, error) {
	return CreateNamed(runsDir, NewID(now), "")
}

// NewID returns a name for a run that starts at now.
func NewID(now time.Time) string { return now.UTC().Format(stampLayout) + "-" + token() }

// CreateNamed is Create for a run that has a name already. Unless shown is empty, it is what
// Path returns: the directory is moved there before anyone looks.
func CreateNamed(runsDir, id, shown string) (*Dir, error) {
	runs, err := openRuns(runsDir)
	if err != nil {
		return nil, &PlaceError{fmt.Errorf("open runs directory: %w", err)}
	}
	defer runs.Close()
	root, err := makeDir(runs, id)
	if err != nil {
		return nil, &PlaceError{fmt.Errorf("make run directory %s: %w", filepath.Join(runsDir, id), err)}
	}
	return &Dir{root: root, id: id, path: cmp.Or(shown, filepath.Join(runsDir, id))}, nil
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

// checkSafe checks the directory that was opened, not its name, which could have come to mean another.
func checkSafe(root *os.Root, path string) error {
	info, err := root.Stat(".")
	if err != nil {
		return err
	}
	return checkOwner(path, info, os.Geteuid())
}

func checkOwner(path string, info os.FileInfo, me int) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != me {
		return &UnsafeError{Path: path, Why: fmt.Sprintf("belongs to user %d, and this is user %d", stat.Uid, me)}
	}
	if info.Mode().Perm()&0o002 != 0 {
		return &UnsafeError{Path: path, Why: fmt.Sprintf("can be written to by anyone (mode %04o)", info.Mode().Perm())}
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

// syncDir makes names durable: what was created or renamed in the directory survives a power loss.
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

// Path returns the path of the directory, relative if runsDir was.
func (d *Dir) Path() string { return d.path }

// Close closes the directory. Files that are still open can be written to, but not committed.
func (d *Dir) Close() error { return d.root.Close() }

// Move gives the directory of a finished run in from its place in runsDir, where nothing of its
// name may be.
func Move(from, runsDir, id string) error {
	root, err := openRuns(runsDir)
	if err != nil {
		return &PlaceError{fmt.Errorf("open runs directory: %w", err)}
	}
	defer root.Close()
	if err := os.Rename(filepath.Join(from, id), filepath.Join(runsDir, id)); err != nil {
		return &PlaceError{err}
	}
	return syncDir(root)
}
