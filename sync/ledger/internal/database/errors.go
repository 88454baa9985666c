package database

import "errors"

// ErrBadID says that the database cannot store an id.
var ErrBadID = errors.New("an id is empty, not UTF-8, or holds a NUL")

// UnusableError is a ledger that cannot be used until a person fixes something.
type UnusableError struct {
	Reason string
	Hint   string
	Err    error // may be nil; holds no personal data
}

// Error is Reason, followed by Err if there is one; the hint is not part of it.
func (e *UnusableError) Error() string {
	if e.Err != nil {
		return e.Reason + ": " + e.Err.Error()
	}
	return e.Reason
}

// Unwrap returns Err.
func (e *UnusableError) Unwrap() error { return e.Err }
