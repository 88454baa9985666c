package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Open opens the directory of an earlier run below runsDir, as Create made it. It creates neither: a
// missing run is fs.ErrNotExist. A directory that another user owns, or that is world-writable, is an
// *UnsafeError. Every error is an *AccessError. It follows no links. Close the Dir once its files are
// finished.
func Open(runsDir, run string) (*Dir, error) {
	path := filepath.Join(runsDir, run)
	if !plainName(run) {
		return nil, &AccessError{fmt.Errorf("open run %q: not a plain name", run)}
	}
	runs, err := openChecked(runsDir)
	if err != nil {
		return nil, &AccessError{fmt.Errorf("open runs directory: %w", err)}
	}
	defer runs.Close()
	root, err := openBelow(runs, run, path)
	if err != nil {
		return nil, &AccessError{fmt.Errorf("open run %s: %w", path, err)}
	}
	return &Dir{root: root, id: run, path: path}, nil
}

// OpenRuns opens the runs directory itself, for a file about all runs. It does not create it: a missing
// one is fs.ErrNotExist. Every error is an *AccessError. Its ID is empty. Close the Dir once its files are
// finished.
func OpenRuns(runsDir string) (*Dir, error) {
	root, err := openChecked(runsDir)
	if err != nil {
		return nil, &AccessError{fmt.Errorf("open runs directory: %w", err)}
	}
	return &Dir{root: root, path: runsDir}, nil
}

// Has reports whether the directory holds a file of that name, finished.
func (d *Dir) Has(name string) bool {
	info, err := d.root.Lstat(name)
	return err == nil && info.Mode().IsRegular()
}

func openChecked(path string) (*os.Root, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	if err := checkSafe(root, path); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return root, nil
}

func openBelow(parent *os.Root, name, path string) (*os.Root, error) {
	seen, err := parent.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !seen.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: syscall.ENOTDIR}
	}
	root, err := parent.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	if err := checkSafe(root, path); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return root, nil
}

// openRegular opens a regular file, and follows no link.
func openRegular(root *os.Root, name string, flag int) (*os.File, error) {
	seen, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !seen.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("not a regular file")}
	}
	file, err := root.OpenFile(name, flag, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !os.SameFile(seen, info) {
		err = &fs.PathError{Op: "open", Path: name, Err: errors.New("was replaced by another file")}
	}
	if err == nil {
		err = checkOwner(filepath.Join(root.Name(), name), info, os.Geteuid())
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func plainName(name string) bool {
	return name == filepath.Base(name) && filepath.IsLocal(name) && name != "."
}
