package rundir

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"syscall"
)

// PlaceError means that the directory of a run, or a file of a new run, could not be created or
// opened for writing. Nothing was written to it. It may wrap an *UnsafeError or a *ShortError,
// which say what to do, or mean that the disk is full: see NoRoom.
type PlaceError struct{ Err error }

// Error returns the text of Err.
func (e *PlaceError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *PlaceError) Unwrap() error { return e.Err }

// AccessError means that the runs directory, the directory of a run or a file in it could not be listed,
// read or removed. It may wrap an *UnsafeError or a *ForeignError, which say what is wrong, or fs.ErrNotExist
// if it is missing. See Temporary for whether it helps to try again.
type AccessError struct{ Err error }

// Error returns the text of Err.
func (e *AccessError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *AccessError) Unwrap() error { return e.Err }

// FullError means that the disk, the quota or the largest file size was reached. What was written
// before is there, without its end.
type FullError struct {
	Err error
	// Stream means that the file is not one of a run's own, such as standard output or a
	// device: more room on disk does not help.
	Stream bool
}

// Error returns the text of Err.
func (e *FullError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *FullError) Unwrap() error { return e.Err }

// NoRoom reports whether err says that the disk, the quota or the largest file size was reached,
// for whichever file.
func NoRoom(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}

// Temporary reports whether the same may work later without a change to any setting or file: there is no
// room, or the disk, or the connection to it, has failed.
func Temporary(err error) bool {
	if NoRoom(err) {
		return true
	}
	return slices.ContainsFunc(diskFailures(), func(e syscall.Errno) bool { return errors.Is(err, e) })
}

func diskFailures() []syscall.Errno {
	return []syscall.Errno{
		syscall.EIO, syscall.ESTALE, syscall.ETIMEDOUT, syscall.ENXIO, syscall.EBUSY, syscall.EAGAIN, syscall.EINTR,
		syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM,
	}
}

// UnsafeError says that others could read or replace a directory or a file.
type UnsafeError struct{ Path, Why string }

// Error names the path and what is wrong with it.
func (e *UnsafeError) Error() string { return e.Path + " " + e.Why }

// Hint says what to do about it.
func (e *UnsafeError) Hint() string {
	return "give --runs-dir a directory of your own, such as " + filepath.Join(e.Path, "usersync") +
		": usersync creates it if needed"
}

// ShortError says that bytes which were on disk before are missing from a file.
type ShortError struct {
	Path       string
	Size, Want int64
}

// Error names the file and both sizes.
func (e *ShortError) Error() string {
	return fmt.Sprintf("%s has %d bytes, but %d were on disk", e.Path, e.Size, e.Want)
}

// Hint says what to do about it.
func (e *ShortError) Hint() string {
	return "the file was changed or the disk lost it: restore it, or start a new run"
}

// ForeignError says that a run's directory holds something that no run has written.
type ForeignError struct{ Path string }

// Error names the directory, and nothing of what is in it.
func (e *ForeignError) Error() string { return e.Path + " holds something that no run has written" }
