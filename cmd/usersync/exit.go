package main

import (
	"errors"
	"syscall"

	"usersync/reader"
	"usersync/sync/destination"
	"usersync/sync/engine"
	"usersync/sync/journal"
	"usersync/sync/pace"
	"usersync/writer/rundir"
)

// The exit codes. What each means to a person stands in exitMeanings.
const (
	exitOK        = 0
	exitInternal  = 1
	exitUsage     = 2
	exitRejects   = 3
	exitGuard     = 4
	exitTemporary = 5
	exitDoubt     = 6
	exitDenied    = 7
	exitHeld      = 8
	exitBudget    = 10
	exitInterrupt = 128 + int(syscall.SIGINT)
	exitTerminate = 128 + int(syscall.SIGTERM)
)

// exitMeanings lists the exit codes, the one that wins over all below it
// first.
var exitMeanings = [...]struct {
	code    int
	meaning string
}{
	{exitInterrupt, "stopped by ^C (SIGINT); run again to go on"},
	{exitTerminate, "stopped by SIGTERM; run again to go on"},
	{exitInternal, "internal error: usersync itself is wrong, or its books do not balance"},
	{exitUsage, "flags, config or input's shape are wrong; nothing was sent"},
	{exitDenied, "the API denied access: credentials, permission or address"},
	{exitHeld, "another run of the same account is under way, or has taken this one's place"},
	{exitGuard, "a guard stopped the run, or the input could not be read to its end or is not as expected; a person is needed"},
	{exitTemporary, "temporary: network, API or disk; running again is safe"},
	{exitBudget, "the time of --max-duration is used up; run again to go on"},
	{exitDoubt, "finished, and what became of some users is in doubt"},
	{exitRejects, "finished, and some users are invalid, refused or failed: see rejects"},
	{exitOK, "every user is settled"},
}

// exitCode turns what went wrong, and what was found, into the one code that
// matters most.
func exitCode(err error, found tally) int {
	if found.detailed.asked {
		return found.detailed.code(err, found)
	}
	codes := append(codesOf(err), codesOfTally(found)...)
	for _, m := range exitMeanings {
		for _, c := range codes {
			if c == m.code {
				return c
			}
		}
	}
	return exitOK
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
	return []int{exitInternal}
}

// codeOf looks at err itself, not at what it wraps.
func codeOf(err error) (int, bool) {
	if t, ok := ledgerTrouble(err); ok {
		return t.code, true
	}
	switch e := err.(type) {
	case *trouble:
		return e.code, e.code != 0
	case signalError:
		if e.signal == syscall.SIGINT {
			return exitInterrupt, true
		}
		return exitTerminate, true
	case *ended:
		return e.code, true
	case *engine.AccountingError:
		return exitInternal, true
	case *engine.GuardError, *destination.CanaryError, *reader.InputError:
		return exitGuard, true
	case *rundir.UnsafeError, *journal.DamagedError, *journal.FormatError, *otherInputError, *otherDeletionError, *planError:
		return exitUsage, true
	case *destination.CallError:
		if e.Fault == destination.Denied {
			return exitDenied, true
		}
		return exitTemporary, true
	case syscall.Errno:
		return exitTemporary, true
	}
	if err == errBudget || err == pace.ErrTooLate {
		return exitBudget, true
	}
	return exitTemporary, err == pace.ErrGaveUp || err == pace.ErrTooLong
}

func codesOfTally(t tally) []int {
	n := t.outcomes
	var codes []int
	if n.InDoubt > 0 {
		codes = append(codes, exitDoubt)
	}
	if n.Failed > 0 || !t.allowed.covers(n.Invalid+n.Refused, t.read) {
		codes = append(codes, exitRejects)
	}
	return codes
}
