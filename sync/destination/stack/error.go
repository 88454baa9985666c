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
