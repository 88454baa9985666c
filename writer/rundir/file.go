package rundir

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	partialSuffix = ".partial"
	// bufferSize makes one write(2) of some 600 results.
	bufferSize = 64 << 10
)

// File is a file on its way: it is called *.partial until Commit gives it its
// name. It is for one goroutine.
//
// The first error is kept: every later call returns it, and Commit does not
// give the name to a file that lacks a byte. Where there is no room it is a
// *FullError.
type File struct {
	buffer  *bufio.Writer
	file    *os.File // nil for a stream that is not ours to close
	root    *os.Root // where the file lies; nil for a stream, which has no name to give
	ownRoot bool
	dir     string
	partial string // what it is called now
	name    string // what Commit calls it
	replace bool   // Commit may take the place of a file
	written int64
	reserve int64 // how much room it holds beyond what was written
	err     error

	closed, committed bool
}

// File makes a new file in the run directory, for its owner alone (mode 0600).
// A name is used once: a file that is there, finished or not, is fs.ErrExist.
// One that cannot be made is a *PlaceError.
func (d *Dir) File(name string) (*File, error) {
	f := &File{root: d.root, dir: d.path, name: name, partial: name + partialSuffix}
	if !plainName(name) {
		return nil, fmt.Errorf("make file %q: not a plain name", name)
	}
	if err := f.checkFree(); err != nil {
		return nil, &PlaceError{fmt.Errorf("make file: %w", err)}
	}
	if err := f.create(); err != nil {
		return nil, &PlaceError{err}
	}
	return f, nil
}

// checkFree keeps a rename from replacing a file. No other process
// writes to the directory, so looking first is enough.
func (f *File) checkFree() error {
	_, err := f.root.Lstat(f.name)
	switch {
	case err == nil:
		return &fs.PathError{Op: "create", Path: filepath.Join(f.dir, f.name), Err: fs.ErrExist}
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

func (f *File) create() error {
	file, err := f.root.OpenFile(f.partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("make file in %s: %w", f.dir, err)
	}
	f.open(file)
	return nil
}

func (f *File) open(file *os.File) {
	f.file = file
	f.buffer = bufio.NewWriterSize(file, bufferSize)
}

// Path returns where the bytes lie: the name that ends in .partial until
// Commit, then the file's own. For a stream it is the stream's name.
func (f *File) Path() string {
	if f.root == nil {
		return f.name
	}
	return filepath.Join(f.dir, f.partial)
}

// Size returns how many bytes were written: in the buffer or beyond it, and once
// the file is closed those that left the buffer.
func (f *File) Size() int64 {
	if f.closed {
		return f.written - int64(f.buffer.Buffered())
	}
	return f.written
}

// Write appends p. The bytes may stay in the buffer until Sync, Commit or
// Close.
func (f *File) Write(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.buffer.Write(p)
	f.written += int64(n)
	return n, f.keep(err)
}

// Sync brings everything written so far to the disk. A stream is only
// flushed.
func (f *File) Sync() error {
	if f.err == nil {
		f.keep(f.buffer.Flush())
	}
	if f.err == nil && f.root != nil {
		f.keep(f.file.Sync())
	}
	return f.err
}

// Commit brings the file to the disk and gives it its name. After an error
// the file stays what it is, under its name that ends in .partial. The file is
// closed either way, and a second Commit changes nothing.
func (f *File) Commit() error {
	if f.committed {
		return nil
	}
	f.Sync()
	f.giveBack()
	f.close()
	if f.err == nil && f.root != nil {
		f.keep(f.rename())
	}
	f.committed = f.err == nil
	return f.letGo()
}

func (f *File) rename() error {
	if !f.replace {
		if err := f.checkFree(); err != nil {
			return err
		}
	}
	if err := f.root.Rename(f.partial, f.name); err != nil {
		return err
	}
	f.partial = f.name
	return syncDir(f.root)
}

// Close flushes and closes the file and leaves it under its name that ends in
// .partial. After Commit or Close it does nothing, so that it can be deferred.
func (f *File) Close() error {
	if f.closed {
		return nil
	}
	if f.err == nil {
		f.keep(f.buffer.Flush())
	}
	f.close()
	return f.letGo()
}

func (f *File) close() {
	if f.file != nil && !f.closed {
		f.keep(f.file.Close())
	}
}

// letGo returns what went wrong, and lets every later call fail.
func (f *File) letGo() error {
	if f.ownRoot && !f.closed {
		f.keep(f.root.Close())
	}
	err := f.err
	f.closed = true
	f.keep(fs.ErrClosed)
	return err
}

func (f *File) keep(err error) error {
	if err == nil || f.err != nil {
		return f.err
	}
	what := fmt.Errorf("%s: %w", f.name, err)
	if named, ok := err.(*fs.PathError); ok && named.Path == f.Path() {
		what = err // it names the file already, and where it lies
	}
	if f.err = what; NoRoom(err) {
		f.err = &FullError{Err: what, Stream: f.root == nil}
	}
	return f.err
}

var _ io.WriteCloser = (*File)(nil)
