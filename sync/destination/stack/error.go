package stack

import (
	"errors"

	"usersync/sync/destination"
)

// callError returns err as a *destination.CallError, or nil if it is none.
func callError(err error) *destination.CallError {
	ce, _ := errors.AsType[*destination.CallError](err)
	return ce
}

// told is what a read-back tells: one that failed tells nothing, unless its error ends
// the run.
func told(found destination.Found, err error) (destination.Found, error) {
	if err == nil {
		return found, nil
	}
	ce := callError(err)
	if ce == nil || ce.Fault == destination.Denied {
		return found, err
	}
	return destination.Found{HTTP: ce.Status}, nil
}
