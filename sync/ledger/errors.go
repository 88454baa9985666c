package ledger

import (
	"errors"

	"usersync/sync/filelock"
	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/lease"
)

var (
	// ErrFenced says that another run took the scope over; nothing was written.
	ErrFenced = lease.ErrFenced
	// ErrLost says that the lease ended without having been given back: another run
	// may hold the account by now.
	ErrLost = lease.ErrLost
	// ErrUnlocked says that a write was tried without holding the scope.
	ErrUnlocked = lease.ErrReleased
	// ErrUnknown says that the ledger knows nothing of an id.
	ErrUnknown = errors.New("the ledger knows no such id")
	// ErrUnknownRun says that the scope knows nothing of a run.
	ErrUnknownRun = errors.New("the ledger knows no such run of this account")
)

// FailedError is an operation on a ledger that did not happen. Err says why: an
// *UnusableError, a *HeldError, ErrFenced, or whatever the database or the disk
// reported. Every error of an exported method is one, except ErrUnknown,
// *NotPendingError and the faults of an export that is imported.
type FailedError struct {
	Op  string // what was being done; empty if Err says it
	Err error  // never nil; holds no personal data
}

// Error is Op and Err.
func (e *FailedError) Error() string {
	if e.Op == "" {
		return e.Err.Error()
	}
	return e.Op + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *FailedError) Unwrap() error { return e.Err }

// failed is the error of an operation; nil if err is.
func failed(op string, err error) error {
	if err == nil {
		return nil
	}
	return &FailedError{Op: op, Err: err}
}

// UnusableError is a ledger that cannot be used as it stands, and that only a
// person can put right.
type UnusableError = database.UnusableError

// HeldError says that another run holds the scope, and which.
type HeldError = filelock.HeldError

// NotPendingError says that there is nothing to resolve.
type NotPendingError struct{ Standing string }

// Error names the standing.
func (e *NotPendingError) Error() string {
	return "resolve an entry of the ledger: it is " + e.Standing + ", not pending"
}
