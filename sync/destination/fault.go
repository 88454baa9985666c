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
	// PerhapsTaken: reset, timeout, EOF, a truncated or unreadable success, 408,
	// 500, 502, 504 and other 5xx. The zero value: nothing is known.
	PerhapsTaken Fault = iota
	// NotTaken: the call did not reach the API, or the API did not process it:
	// dial and DNS errors, 425, 429, 503.
	NotTaken
	// RefusedWhole: the API refused the call: 400, 409, 413, 422.
	RefusedWhole
	// Denied: wrong credentials, permissions or address: 401 after one refresh,
	// 403, 404 on the collection, certificate errors, any redirect.
	Denied
)

// String names the fault in one or two words.
func (f Fault) String() string {
	return [...]string{"perhaps taken", "not taken", "refused", "denied"}[f]
}

// CallError is a call that failed as a whole.
type CallError struct {
	Fault Fault
	// Status is the HTTP status; 0 if there was no answer.
	Status int
	// TokenStatus is the status with which the token endpoint kept the call back; 0 if it did not.
	TokenStatus int
	// Code is a short word for results: http_503, timeout, reset, cut_answer.
	Code string
	// Detail is what may be shown of the API's own text. It may be empty.
	Detail    string
	RequestID string
	// SaysExists says that the answer reads as if the user existed, whatever its status:
	// whether that is so only a read-back can tell.
	SaysExists bool
	// After is the wait that Retry-After asked for; 0 if there was none.
	After time.Duration
	// Err holds no personal data.
	Err error
}

// Error returns the code and the fault, with the detail and the cause if there are any.
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

// Silent returns the fault as if its answer had not said that the user exists.
func (e *CallError) Silent() *CallError {
	silent := *e
	silent.SaysExists = false
	return &silent
}

// Unwrap returns Err.
func (e *CallError) Unwrap() error { return e.Err }

// AsCallError returns err as a *CallError, or nil if it is not one: it ends the run then.
func AsCallError(err error) *CallError {
	ce, _ := errors.AsType[*CallError](err)
	return ce
}

// AsNotTaken turns a read that may have been taken into one that was not: a read
// changes nothing, and the call it prepares has not been sent or was refused.
func AsNotTaken(err error) error {
	var ce *CallError
	if errors.As(err, &ce) && ce.Fault == PerhapsTaken {
		read := *ce
		read.Fault = NotTaken
		return &read
	}
	return err
}
