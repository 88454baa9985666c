package exit

import "fmt"

// Error is an error that knows what a person can do about it.
type Error struct {
	Err  error
	Code int    // the exit code; 0 leaves it to what Err is
	Hint string // what to do; may be empty
	Next string // the command to type next; may be empty
}

// Error is the text of Err.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Usage is an error that is found before anything is sent: exit code 2.
func Usage(err error, hint, next string) error {
	return &Error{Err: err, Code: Misuse, Hint: hint, Next: next}
}

// NothingSent adds to an error how far the run came.
func NothingSent(err error) error { return fmt.Errorf("%w; nothing was sent", err) }
