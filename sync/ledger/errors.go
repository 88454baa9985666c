package ledger

import (
	"errors"

	"usersync/sync/filelock"
	"usersync/sync/ledger/internal/database"
	"usersync/sync/ledger/internal/lease"
)

var (
	// ErrFenced says that another run has taken over the scope; nothing was written.
	ErrFenced = lease.ErrFenced
	// ErrLost says that the lease expired before it was released: another run may hold
	// the account by now.
	ErrLost = lease.ErrLost
	// ErrUnlocked says that the scope must be locked before it is written.
	ErrUnlocked = lease.ErrReleased
	// ErrUnknown says that an id is not in the ledger.
	ErrUnknown = errors.New("this id is not in the ledger")
	// ErrUnknownRun says that a run is not in the scope.
	ErrUnknownRun = errors.New("this account's ledger has no such run")
)

// FailedError is an operation on a ledger that failed. Err says why: an *UnusableError,
// a *HeldError, ErrFenced, or what the database or the disk reported. Every error of an
// exported method is one, except for errors in what the caller asked for: ErrUnknown,
// ErrUnknownRun, *NotPendingError, *ResolutionError, *RenameError, *ScopeError,
// *OverError and *ImportError.
type FailedError struct {
	Op  string // what was being done; empty if Err says that itself
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

// UnusableError is a ledger that cannot be used until a person fixes something.
type UnusableError = database.UnusableError

// ConnectError says that the database of the ledger could not be reached, or let no one in.
type ConnectError = database.ConnectError

// HeldError says that another run holds the scope, and which.
type HeldError = filelock.HeldError

// NotPendingError says that a user is not pending, so there is nothing to resolve.
type NotPendingError struct{ State string }

// Error names the state.
func (e *NotPendingError) Error() string {
	return "resolve a user in the ledger: it is " + e.State + ", not pending"
}
