package exit

import (
	"errors"
	"fmt"
)

// Error is an error with what a person can do about it.
type Error struct {
	Err  error
	Code int    // exit code; 0 leaves it to Err
	Hint string // what to do; may be empty
	Next string // command to run next; may be empty
}

// Error is the text of Err.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Usage returns an error found before anything is sent: exit code 2. hint and next may
// be empty.
func Usage(err error, hint, next string) error {
	return &Error{Err: err, Code: Misuse, Hint: hint, Next: next}
}

// ReportedError is an error that was printed before the command ended.
type ReportedError struct{ Err error }

// Error is the text of Err.
func (e *ReportedError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *ReportedError) Unwrap() error { return e.Err }

// Unreported returns what was not printed yet of the errors that err joins.
func Unreported(err error) error {
	if _, done := err.(*ReportedError); done {
		return nil
	}
	several, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return err
	}
	var left []error
	for _, e := range several.Unwrap() {
		left = append(left, Unreported(e))
	}
	return errors.Join(left...)
}

// NothingSent wraps err and adds that nothing was sent.
func NothingSent(err error) error { return fmt.Errorf("%w; nothing was sent", err) }
