package history

import (
	"fmt"

	"usersync/writer/rundir"
)

// LookupError says that a run cannot be found, or that its files cannot be read.
// Nothing was done.
type LookupError struct {
	Err error
	// Dir is where the run was looked for; empty if that is not known.
	Dir string
}

// Error returns the text of Err.
func (e *LookupError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *LookupError) Unwrap() error { return e.Err }

// RunningError says that a run can be neither continued nor absorbed, because another
// process works on it. Nothing was sent.
type RunningError struct{ Run string }

// Error names the run.
func (e *RunningError) Error() string {
	return fmt.Sprintf("continue or absorb run %s: %v; nothing was sent", e.Run, ErrRunning)
}

// Unwrap returns ErrRunning.
func (e *RunningError) Unwrap() error { return ErrRunning }

// AbsorbError says that the ledger could not be told what an earlier run did, or that
// the run could not be ended.
type AbsorbError struct {
	Run string
	Err error
}

// Error names the run and says why it could not be absorbed.
func (e *AbsorbError) Error() string { return fmt.Sprintf("absorb run %s: %v", e.Run, e.Err) }

// Unwrap returns Err.
func (e *AbsorbError) Unwrap() error { return e.Err }

// DirError says that the files of the runs cannot be listed, read or written. Nothing
// was sent.
type DirError struct{ Err error }

// Error says why the files cannot be opened, and that nothing was sent if the disk is full.
func (e *DirError) Error() string {
	if rundir.NoRoom(e.Err) {
		return fmt.Sprintf("open the run's files: %v; nothing was sent", e.Err)
	}
	return e.Err.Error()
}

// Unwrap returns Err.
func (e *DirError) Unwrap() error { return e.Err }
