package main

import (
	"errors"
	"syscall"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/sync/destination"
	"usersync/sync/engine"
	"usersync/sync/guard"
	"usersync/sync/journal"
	"usersync/sync/pace"
	"usersync/writer/rundir"
)

// exitCode turns what went wrong, and what was found, into the one code that
// matters most.
func exitCode(err error, found tally) int {
	if found.detailed.asked {
		return found.detailed.code(err, found)
	}
	codes := append(codesOf(err), codesOfTally(found)...)
	for _, m := range exit.Meanings() {
		for _, c := range codes {
			if c == m.Code {
				return c
			}
		}
	}
	return exit.OK
}

// codesOf walks all that err wraps, because several things can be true. What
// no case knows is internal: nothing unknown passes for a success.
func codesOf(err error) []int {
	if err == nil {
		return nil
	}
	if code, ok := codeOf(err); ok {
		return []int{code}
	}
	if both, ok := err.(interface{ Unwrap() []error }); ok {
		var codes []int
		for _, e := range both.Unwrap() {
			codes = append(codes, codesOf(e)...)
		}
		return codes
	}
	if inner := errors.Unwrap(err); inner != nil {
		return codesOf(inner)
	}
	return []int{exit.Internal}
}

// codeOf looks at err itself, not at what it wraps.
func codeOf(err error) (int, bool) {
	if t, ok := ledgerTrouble(err); ok {
		return t.Code, true
	}
	switch e := err.(type) {
	case *exit.Error:
		return e.Code, e.Code != 0
	case exit.SignalError:
		if e.Signal == syscall.SIGINT {
			return exit.Interrupt, true
		}
		return exit.Terminate, true
	case *ended:
		return e.code, true
	case *engine.AccountingError:
		return exit.Internal, true
	case *guard.Error, *destination.CanaryError, *reader.InputError:
		return exit.Guard, true
	case *rundir.UnsafeError, *journal.DamagedError, *journal.FormatError, *otherInputError, *otherDeletionError, *planError:
		return exit.Misuse, true
	case *destination.CallError:
		if e.Fault == destination.Denied {
			return exit.Denied, true
		}
		return exit.Temporary, true
	case syscall.Errno:
		return exit.Temporary, true
	}
	if err == errBudget || err == pace.ErrTooLate {
		return exit.Budget, true
	}
	return exit.Temporary, err == pace.ErrGaveUp || err == pace.ErrTooLong
}

func codesOfTally(t tally) []int {
	n := t.outcomes
	var codes []int
	if n.InDoubt > 0 {
		codes = append(codes, exit.Doubt)
	}
	if n.Failed > 0 || !t.allowed.covers(n.Invalid+n.Refused, t.read) {
		codes = append(codes, exit.Rejects)
	}
	return codes
}
