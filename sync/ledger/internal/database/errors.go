package database

import "errors"

// ErrBadID says that the database cannot hold an id as it is.
var ErrBadID = errors.New("an id is empty, not UTF-8, or holds a NUL")

// UnusableError is a ledger that cannot be used as it stands, and that only a
// person can put right.
type UnusableError struct {
	Reason string
	Hint   string
	Err    error // may be nil; holds no personal data
}

// Error is Reason, with Err where there is one; the hint is not part of it.
func (e *UnusableError) Error() string {
	if e.Err != nil {
		return e.Reason + ": " + e.Err.Error()
	}
	return e.Reason
}

// Unwrap returns Err.
func (e *UnusableError) Unwrap() error { return e.Err }
