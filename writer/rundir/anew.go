package rundir

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// anewSuffix marks what is about to take the place of a file that is whole. It is
// no unfinished file of the run.
const anewSuffix = ".anew"

// Anew makes a file that takes the place of the one that lies under name when it
// is committed, and not before. What an earlier try has left beside it goes.
func (d *Dir) Anew(name string) (*File, error) {
	if !plainName(name) {
		return nil, fmt.Errorf("write file %q anew: not a plain name", name)
	}
	f := &File{root: d.root, dir: d.path, name: name, partial: name + anewSuffix, replace: true}
	if err := d.root.Remove(f.partial); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("write file in %s anew: %w", d.path, err)
	}
	if err := f.create(); err != nil {
		return nil, err
	}
	return f, nil
}

// Drop closes a file that was not committed and removes it.
func (f *File) Drop() error {
	if f.closed || f.root == nil {
		return nil
	}
	f.close()
	f.closed = true
	return f.root.Remove(f.partial)
}

// Names lists what lies in the directory, sorted.
func (d *Dir) Names() ([]string, error) {
	entries, err := names(d.root, ".")
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", d.path, err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	slices.SortFunc(all, strings.Compare)
	return all, nil
}

// Remove removes files of the directory for good: after a power loss they do
// not come back. One that is not there is none to remove.
func (d *Dir) Remove(names ...string) error {
	for _, name := range names {
		if !plainName(name) {
			return fmt.Errorf("remove file %q: not a plain name", name)
		}
		if err := d.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove file in %s: %w", d.path, err)
		}
	}
	return syncDir(d.root)
}
