package rundir

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Resume opens a file that an earlier run has left unfinished, truncates it to its first size bytes,
// and appends after them. One that already has its final name becomes unfinished again. A file that is
// shorter than size is a *ShortError, and stays unchanged. If it cannot be opened the error is a
// *PlaceError.
func (d *Dir) Resume(name string, size int64) (*File, error) {
	f := &File{root: d.root, dir: d.path, name: name, partial: name + partialSuffix, written: size, sum: sha256.New()}
	if !plainName(name) {
		return nil, fmt.Errorf("resume file %q: not a plain name", name)
	}
	if err := f.reopen(size); err != nil {
		return nil, &PlaceError{fmt.Errorf("resume file %s: %w", filepath.Join(d.path, f.partial), err)}
	}
	return f, nil
}

func (f *File) reopen(size int64) error {
	if err := f.undoRename(); err != nil {
		return err
	}
	file, err := openRegular(f.root, f.partial, os.O_RDWR)
	if err != nil {
		return err
	}
	if err := truncate(file, size); err != nil {
		return errors.Join(err, file.Close())
	}
	if err := f.sumUp(file, size); err != nil {
		return errors.Join(err, file.Close())
	}
	f.open(file)
	return nil
}

// undoRename undoes the rename of a Commit: a run can die between renaming one file and the next. It
// does nothing if both names exist.
func (f *File) undoRename() error {
	_, err := f.root.Lstat(f.partial)
	switch {
	case err == nil:
		return f.checkFree()
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if err := f.root.Rename(f.name, f.partial); err != nil {
		return err
	}
	return syncDir(f.root)
}

func truncate(file *os.File, size int64) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if size < 0 || info.Size() < size {
		return &ShortError{Path: file.Name(), Size: info.Size(), Want: size}
	}
	if err := file.Truncate(size); err != nil {
		return err
	}
	_, err = file.Seek(size, io.SeekStart)
	return err
}

// Cut truncates a file that was closed without a Commit, to its first size bytes, and makes that
// durable: a full disk leaves the beginning of a row at its end.
func (f *File) Cut(size int64) error {
	if !f.closed || f.root == nil || size > f.Size() {
		return fmt.Errorf("cut file %s to %d bytes: it is open, a stream or shorter", f.Path(), size)
	}
	file, err := openRegular(f.root, f.partial, os.O_RDWR)
	if err != nil {
		return err
	}
	if err = truncate(file, size); err == nil {
		f.written, f.sum = size+int64(f.buffer.Buffered()), nil
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// Append opens a file that is written in place, under its own name from the start: every Write goes to
// its end, at once and without a buffer. It creates the file, for its owner only (mode 0600), if needed.
func (d *Dir) Append(name string) (*os.File, error) {
	if !plainName(name) {
		return nil, fmt.Errorf("append to file %q: not a plain name", name)
	}
	file, err := d.append(name)
	if err != nil {
		return nil, &PlaceError{fmt.Errorf("append to file in %s: %w", d.path, err)}
	}
	return file, nil
}

func (d *Dir) append(name string) (*os.File, error) {
	file, err := openRegular(d.root, name, os.O_RDWR|os.O_APPEND)
	if !errors.Is(err, fs.ErrNotExist) {
		return file, err
	}
	file, err = d.root.OpenFile(name, os.O_RDWR|os.O_APPEND|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syncDir(d.root); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// Read opens a file of the run for reading: by its name, or by its name with .partial while it is
// unfinished. Every error is an *AccessError; a missing file is fs.ErrNotExist.
func (d *Dir) Read(name string) (*os.File, error) {
	if !plainName(name) {
		return nil, &AccessError{fmt.Errorf("read file %q: not a plain name", name)}
	}
	file, err := openRegular(d.root, name, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		file, err = openRegular(d.root, name+partialSuffix, os.O_RDONLY)
	}
	if err != nil {
		return nil, &AccessError{fmt.Errorf("read file in %s: %w", d.path, err)}
	}
	return file, nil
}

// Replace creates a file like File, except that Commit replaces what an earlier part of the run has
// left under the name. Until then that stays. If it cannot be created the error is a *PlaceError.
func (d *Dir) Replace(name string) (*File, error) {
	if !plainName(name) {
		return nil, fmt.Errorf("replace file %q: not a plain name", name)
	}
	f := &File{root: d.root, dir: d.path, name: name, partial: name + partialSuffix, replace: true}
	if err := d.root.Remove(f.partial); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &PlaceError{fmt.Errorf("replace file in %s: %w", d.path, err)}
	}
	if err := f.create(); err != nil {
		return nil, &PlaceError{err}
	}
	return f, nil
}
