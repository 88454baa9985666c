package destination

import (
	"errors"
	"fmt"
	"time"
)

// Fault is how a call failed as a whole.
type Fault uint8

// The faults, by what is known of the records that the call carried.
const (
	// PerhapsTaken: reset, timeout, EOF, a cut or unreadable success, 408, 500,
	// 502, 504 and other 5xx. The useful zero value: nothing is known.
	PerhapsTaken Fault = iota
	// NotTaken: the call did not reach the API or the API would not look at it:
	// dial and DNS errors, 425, 429, 503.
	NotTaken
	// RefusedWhole: the API refused the call: 400, 409, 413, 422.
	RefusedWhole
	// Denied: credentials, permission or address are wrong: 401 after one
	// refresh, 403, 404 on the collection, certificate errors, any redirect.
	Denied
)

// String names the fault in one or two words.
func (f Fault) String() string {
	return [...]string{"perhaps taken", "not taken", "refused", "denied"}[f]
}

// CallError is a call that failed as a whole.
type CallError struct {
	Fault Fault
	// Status is the HTTP status; 0 if no answer came.
	Status int
	// Code is a short word for results: http_503, timeout, reset, cut_answer.
	Code string
	// Detail is the API's own text, redacted; may be empty.
	Detail    string
	RequestID string
	// After is what Retry-After asked for; 0 if it did not.
	After time.Duration
	// Err holds no personal data.
	Err error
}

// Error is the code and the fault, with the detail and the cause where there are any.
func (e *CallError) Error() string {
	text := fmt.Sprintf("%s (%s)", e.Code, e.Fault)
	if e.Detail != "" {
		text += ": " + e.Detail
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns Err.
func (e *CallError) Unwrap() error { return e.Err }

// OnlyRead says of a read that failed that nothing was taken: the call that it
// stood before was not sent, or had been refused.
func OnlyRead(err error) error {
	var ce *CallError
	if errors.As(err, &ce) && ce.Fault == PerhapsTaken {
		read := *ce
		read.Fault = NotTaken
		return &read
	}
	return err
}
