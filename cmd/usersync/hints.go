package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/sync/destination"
	"usersync/sync/guard"
	"usersync/sync/ledger"
	"usersync/sync/pace"
	"usersync/sync/user"
	"usersync/writer/rundir"
)

// withoutHint returns the hint that an error carries, so that it can stand on a
// line of its own, and the error with a text that lacks it.
func withoutHint(err error) (hint string, bare error) {
	if e, ok := errors.AsType[*reader.InputError](err); ok {
		return e.Hint, err
	}
	if e, ok := errors.AsType[*user.InvalidError](err); ok {
		bare := *e
		bare.Hint = ""
		return e.Hint, &bare
	}
	return "", err
}

// hintOf says what a person can do about a run that stopped.
func hintOf(err error) string {
	if tripped, ok := errors.AsType[*guard.Error](err); ok {
		return tripped.Hint
	}
	if _, ok := errors.AsType[*destination.CanaryError](err); ok {
		return "look at that record in the input and in the API: mapping or account may not be what they should be; resume goes on behind it"
	}
	if e, ok := errors.AsType[*reader.InputError](err); ok && e != nil {
		return cmp.Or(e.Hint, "ask for the file anew") + "; what stands in results was done"
	}
	if call, ok := errors.AsType[*destination.CallError](err); ok && call.Fault == destination.Denied {
		return "check base_url and auth in the config"
	}
	switch {
	case errors.Is(err, pace.ErrGaveUp):
		return "the API is down or out of reach, or base_url is not its address; users without a result were not marked failed"
	case errors.Is(err, pace.ErrTooLong):
		return "run again when the API lets you, or raise --max-wait"
	case errors.Is(err, errBudget), errors.Is(err, pace.ErrTooLate):
		return "the run goes on from where it stands"
	case rundir.NoRoom(err):
		return roomHint(err)
	}
	if known, ok := troubleOf(err); ok {
		return known.Hint
	}
	return ""
}

// ledgerTrouble is what a person can do about a ledger that failed, if err itself
// says that; it does not look at what err wraps. What is not known otherwise is the
// disk or the database, and will pass.
func ledgerTrouble(err error) (*exit.Error, bool) {
	switch err.(type) {
	case *ledger.FailedError, *ledger.UnusableError, *ledger.HeldError:
	default:
		if err != ledger.ErrFenced {
			return nil, false
		}
	}
	if bad, ok := errors.AsType[*ledger.UnusableError](err); ok {
		return &exit.Error{Err: err, Code: exit.Misuse, Hint: bad.Hint}, true
	}
	_, held := errors.AsType[*ledger.HeldError](err)
	switch {
	case held:
		return &exit.Error{Err: err, Code: exit.Held, Hint: "wait for it to end, or give --lock-timeout"}, true
	case errors.Is(err, ledger.ErrFenced):
		return &exit.Error{Err: err, Code: exit.Held, Hint: "the other run goes on from here"}, true
	case errors.Is(err, context.Canceled): // the ledger did not fail
		return nil, false
	case closed(err):
		return &exit.Error{Err: err, Code: exit.Misuse, Hint: "the ledger lies where this user may not write: check its permissions, or give --ledger or --runs-dir another place"}, true
	}
	return &exit.Error{Err: err, Code: exit.Temporary, Hint: "make room on the disk where the ledger lies, or look at its database"}, true
}

// deniedHint names what in the config leads to an API and to an account there.
func deniedHint(c *config) string {
	account := map[string]string{"kard": ", organization", "custom": ", account"}[c.Target.To]
	return fmt.Sprintf("check base_url%s and auth under %s: in the config", account, c.Target.To)
}

// roomHint tells standard output and devices apart, which room elsewhere does
// not help.
func roomHint(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok && strings.HasPrefix(e.Path, "/dev/") {
		return "what takes the results is full: give --results a file, or leave it out"
	}
	return "make room on the disk, or give --runs-dir a place on another one"
}
