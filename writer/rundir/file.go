package rundir

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
)

const (
	partialSuffix = ".partial"
	// bufferSize is one write(2) for about 600 results.
	bufferSize = 64 << 10
)

// File is a file that is being written: its name ends in .partial until Commit renames it. It is for
// one goroutine, except for Persist.
//
// It keeps the first error: every later call returns it, and Commit does not rename a file that is
// incomplete. If there is no room the error is a *FullError.
type File struct {
	buffer  *bufio.Writer
	file    *os.File // nil for a stream that we do not close
	root    *os.Root // the directory of the file; nil for a stream, which is not renamed
	ownRoot bool
	dir     string
	partial string // its current name
	name    string // its name after Commit
	replace bool   // Commit may replace an existing file
	written int64
	reserve int64     // room on disk that it holds, in bytes
	sum     hash.Hash // of what left the buffer; nil if no digest is needed
	err     error
	lost    atomic.Pointer[error] // of Persist

	closed, committed bool
}

// File creates a file in the run directory, for its owner only (mode 0600). A name is used once: an
// existing file, finished or not, is fs.ErrExist. If it cannot be created the error is a
// *PlaceError.
func (d *Dir) File(name string) (*File, error) {
	f := &File{root: d.root, dir: d.path, name: name, partial: name + partialSuffix, sum: sha256.New()}
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

// checkFree prevents a rename from replacing a file. No other process writes to the directory, so
// checking first is enough.
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
	var to io.Writer = file
	if f.sum != nil {
		to = summed{file, f.sum}
	}
	f.buffer = bufio.NewWriterSize(to, bufferSize)
}

// Path returns where the bytes are: the name ending in .partial until Commit, then the final name.
// For a stream it is the stream's name.
func (f *File) Path() string {
	if f.root == nil {
		return f.name
	}
	return filepath.Join(f.dir, f.partial)
}

// Size returns how many bytes were written, including those in the buffer; for a closed file only
// those that left the buffer.
func (f *File) Size() int64 {
	if f.closed {
		return f.written - int64(f.buffer.Buffered())
	}
	return f.written
}

// Write appends p. The bytes may stay in the buffer until Sync, Commit or Close.
func (f *File) Write(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.buffer.Write(p)
	f.written += int64(n)
	return n, f.keepError(err)
}

// Flush gives everything written so far to the system, which may still lose it.
func (f *File) Flush() error {
	if f.err == nil {
		f.keepError(f.buffer.Flush())
	}
	return f.err
}

// Persist makes durable what was flushed; of a stream it does nothing. It can run while more is
// written. After an error, Commit and Close fail, too.
func (f *File) Persist() error {
	if f.root == nil {
		return nil
	}
	if err := f.file.Sync(); err != nil {
		err = f.described(err)
		f.lost.Store(&err)
		return err
	}
	return nil
}

// keepLost keeps the error of Persist.
func (f *File) keepLost() {
	if lost := f.lost.Load(); lost != nil && f.err == nil {
		f.err = *lost
	}
}

// Sync makes everything written so far durable. A stream is only flushed.
func (f *File) Sync() error {
	if f.Flush() == nil {
		f.err = f.Persist()
	}
	return f.err
}

// Commit makes the file durable and renames it to its final name. After an error the file keeps its
// name ending in .partial. The file is closed in both cases, and a second Commit changes nothing.
func (f *File) Commit() error {
	if f.committed {
		return nil
	}
	f.keepLost()
	f.Sync()
	f.trim()
	f.close()
	if f.err == nil && f.root != nil {
		f.keepError(f.rename())
	}
	f.committed = f.err == nil
	return f.release()
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

// Close flushes and closes the file, which keeps its name ending in .partial, and frees room that was
// reserved. After Commit or Close it does nothing, so you can defer it.
func (f *File) Close() error {
	if f.closed {
		return nil
	}
	f.keepLost()
	if f.err == nil {
		f.keepError(f.buffer.Flush())
	}
	f.trim()
	f.close()
	return f.release()
}

func (f *File) close() {
	if f.file != nil && !f.closed {
		f.keepError(f.file.Close())
	}
}

// release returns the error, and makes every later call fail.
func (f *File) release() error {
	if f.ownRoot && !f.closed {
		f.keepError(f.root.Close())
	}
	err := f.err
	f.closed = true
	f.keepError(fs.ErrClosed)
	return err
}

func (f *File) keepError(err error) error {
	if err == nil || f.err != nil {
		return f.err
	}
	f.err = f.described(err)
	return f.err
}

// described returns an error that names the file, once.
func (f *File) described(err error) error {
	what := fmt.Errorf("%s: %w", f.name, err)
	if named, ok := err.(*fs.PathError); ok && (named.Path == f.Path() || named.Path == filepath.Join(f.dir, f.name)) {
		what = err // it names the file already, with its path
	}
	if NoRoom(err) {
		return &FullError{Err: what, Stream: f.root == nil}
	}
	return what
}

var _ io.WriteCloser = (*File)(nil)
