package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// rewriteSuffix names what is about to replace a complete file. Such a file does not count as an
// unfinished file of the run.
const rewriteSuffix = ".anew"

// Rewrite creates a file that replaces the file of that name on Commit, and not before. It removes what
// an earlier attempt left. If it cannot be created the error is a *PlaceError.
func (d *Dir) Rewrite(name string) (*File, error) {
	if !plainName(name) {
		return nil, fmt.Errorf("rewrite file %q: not a plain name", name)
	}
	f := &File{root: d.root, dir: d.path, name: name, partial: name + rewriteSuffix, replace: true}
	if err := d.root.Remove(f.partial); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &PlaceError{fmt.Errorf("rewrite file in %s: %w", d.path, err)}
	}
	if err := f.create(); err != nil {
		return nil, &PlaceError{err}
	}
	return f, nil
}

// Drop closes and removes a file that was not committed.
func (f *File) Drop() error {
	if f.closed || f.root == nil {
		return nil
	}
	f.close()
	f.closed = true
	return f.root.Remove(f.partial)
}

// Names lists the directory, sorted. Every error is an *AccessError.
func (d *Dir) Names() ([]string, error) {
	all, err := names(d.root, ".")
	if err != nil {
		return nil, &AccessError{fmt.Errorf("list %s: %w", d.path, err)}
	}
	slices.SortFunc(all, strings.Compare)
	return all, nil
}

// Remove removes files of the directory for good: they do not come back after a power loss. It ignores
// missing ones. Every error is an *AccessError.
func (d *Dir) Remove(names ...string) error {
	for _, name := range names {
		if !plainName(name) {
			return &AccessError{fmt.Errorf("remove file %q: not a plain name", name)}
		}
		if err := d.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return &AccessError{fmt.Errorf("remove file in %s: %w", d.path, err)}
		}
	}
	if err := syncDir(d.root); err != nil {
		return &AccessError{fmt.Errorf("remove files in %s: %w", d.path, err)}
	}
	return nil
}
