package history

import (
	"fmt"

	"usersync/writer/rundir"
)

// LookupError says that a run cannot be found, or that what it left behind cannot be
// read. Nothing was done.
type LookupError struct{ Err error }

func (e *LookupError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *LookupError) Unwrap() error { return e.Err }

// RunningError says that a run cannot be continued, and that what it did cannot be
// taken over, because another process works on it. Nothing was sent.
type RunningError struct{ Run string }

func (e *RunningError) Error() string {
	return fmt.Sprintf("go on with run %s, or take up what it left behind: %v; nothing was sent", e.Run, ErrRunning)
}

// Unwrap returns ErrRunning.
func (e *RunningError) Unwrap() error { return ErrRunning }

// TakeUpError says that the ledger was not told what an earlier run did, or that the
// run could not be ended.
type AbsorbError struct {
	Run string
	Err error
}

func (e *AbsorbError) Error() string { return fmt.Sprintf("take up run %s: %v", e.Run, e.Err) }

// Unwrap returns Err.
func (e *AbsorbError) Unwrap() error { return e.Err }

// PlaceError says that the place of the runs' files cannot be listed, read or written
// to. Nothing was sent.
type DirError struct{ Err error }

func (e *DirError) Error() string {
	if rundir.NoRoom(e.Err) {
		return fmt.Sprintf("open the run's files: %v; nothing was sent", e.Err)
	}
	return e.Err.Error()
}

// Unwrap returns Err.
func (e *DirError) Unwrap() error { return e.Err }
