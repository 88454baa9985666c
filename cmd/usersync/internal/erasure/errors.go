package erasure

import (
	"errors"
	"fmt"
	"strings"

	"usersync/cmd/usersync/internal/history"
)

// ErrUnknown says that no run holds the id, and that there is no ledger to ask.
var ErrUnknown = errors.New("erase a user: no run holds this id")

// UnreadableError says that the files of a run cannot be searched for the id. Nothing
// was erased.
type UnreadableError struct {
	Run string
	Err error
}

// Error names the run and says why it cannot be searched.
func (e *UnreadableError) Error() string {
	return fmt.Sprintf("search run %s: %v; nothing was erased", e.Run, e.Err)
}

// Unwrap returns Err.
func (e *UnreadableError) Unwrap() error { return e.Err }

// BlockedError says that some runs must end first: they hold the id, or will read rejects
// that do, and cannot continue without it. Nothing was erased.
type BlockedError struct{ Runs []*history.Run } // never empty

// Error names the runs that are not over.
func (e *BlockedError) Error() string {
	var names []string
	for _, r := range e.Runs {
		names = append(names, r.ID)
	}
	return fmt.Sprintf("erase a user: unfinished runs hold the id or will read it: %s; nothing was erased", strings.Join(names, ", "))
}

// UnfinishedError says that the files of a run could not be changed. Another call finishes
// what this one started.
type UnfinishedError struct {
	Run string
	Err error
}

// Error names the run and says why its files could not be changed.
func (e *UnfinishedError) Error() string {
	return fmt.Sprintf("erase a user from run %s: %v", e.Run, e.Err)
}

// Unwrap returns Err.
func (e *UnfinishedError) Unwrap() error { return e.Err }
