package stack

import (
	"errors"

	"usersync/sync/destination"
)

// callError returns err as a *destination.CallError, or nil if it is not one.
func callError(err error) *destination.CallError {
	ce, _ := errors.AsType[*destination.CallError](err)
	return ce
}

// orUnknown returns what a read-back found. A failed read-back found nothing, unless
// its error ends the run.
func orUnknown(found destination.Found, err error) (destination.Found, error) {
	if err == nil {
		return found, nil
	}
	ce := callError(err)
	if ce == nil || ce.Fault == destination.Denied {
		return found, err
	}
	return destination.Found{HTTP: ce.Status}, nil
}
