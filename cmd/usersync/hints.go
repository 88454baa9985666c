package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"usersync/cmd/usersync/internal/erasure"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/reader"
	"usersync/sync/destination"
	"usersync/sync/destination/stack"
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
	if _, ok := errors.AsType[*stack.CanaryError](err); ok {
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

// knownTrouble is what a person can do about err, if err itself says what happened;
// it does not look at what err wraps, except for the reason.
func knownTrouble(err error) (*exit.Error, bool) {
	for _, look := range []func(error) (*exit.Error, bool){ledgerTrouble, historyTrouble, erasureTrouble} {
		if t, ok := look(err); ok {
			return t, true
		}
	}
	return nil, false
}

// historyTrouble is trouble with finding, reading and opening runs.
func historyTrouble(err error) (*exit.Error, bool) {
	switch e := err.(type) {
	case *history.LookupError:
		if hinted, ok := errors.AsType[interface {
			error
			Hint() string
		}](e.Err); ok {
			return &exit.Error{Err: err, Code: exit.Misuse, Hint: hinted.Hint()}, true
		}
		return &exit.Error{Err: err, Code: exit.Misuse, Hint: "name a run as its summary does, its directory, or --runs-dir where it lies", Next: "ls -d runs/*"}, true
	case *history.PlaceError:
		if rundir.NoRoom(err) {
			return &exit.Error{Err: err, Code: exit.Temporary, Hint: roomHint(err)}, true
		}
		if unsafe, ok := errors.AsType[*rundir.UnsafeError](err); ok {
			return &exit.Error{Err: err, Code: exit.Misuse, Hint: unsafe.Hint()}, true
		}
		return &exit.Error{Err: err, Code: exit.Misuse, Hint: "give --runs-dir and --results a place that this user may write to", Next: "usersync run --help"}, true
	case *history.OriginalsError:
		return &exit.Error{Err: err, Code: exit.Misuse, Hint: "put those files back; or run the rejects as an input of their own: rows with a masked secret are left out then"}, true
	case *history.TakeUpError: // a fault of its files is one of the ledger to a person
		return ledgerTrouble(&ledger.FailedError{Err: err})
	case *history.RunningError:
		return &exit.Error{Err: err, Code: exit.Held,
			Hint: "wait for it to end; it runs with another ledger than this command names, and one account should have one"}, true
	}
	return nil, false
}

// erasureTrouble is what keeps a user from being erased, and that a command asks for
// one that there is not.
func erasureTrouble(err error) (*exit.Error, bool) {
	switch e := err.(type) {
	case *erasure.UnreadableError:
		return &exit.Error{Err: err, Code: exit.Misuse, Hint: "somebody changed its files, or the disk lost something: mend them, or remove its directory"}, true
	case *erasure.UnfinishedError:
		return &exit.Error{Err: err, Code: exit.Temporary, Hint: "what is done is done: call it again when the cause is gone, and it finishes"}, true
	case *erasure.BlockedError:
		if first := e.Runs[0]; first.Journal != nil && first.Journal.Resumable() {
			return &exit.Error{Err: err, Code: exit.Misuse, Hint: "go on with it first, or let the next run take it up", Next: exit.CommandLine("resume", first.Path())}, true
		}
		return &exit.Error{Err: err, Code: exit.Misuse, Hint: "it did not end and cannot be resumed: if nothing works on it any more, remove its directory",
			Next: "rm -r " + exit.Quote(e.Runs[0].Path())}, true
	case *ledger.NotPendingError:
		return &exit.Error{Err: err, Code: exit.Misuse, Hint: "only what is pending can be resolved; `usersync ledger forget` lets the next run take the user as new"}, true
	}
	switch err {
	case erasure.ErrUnknown:
		return &exit.Error{Err: err, Code: exit.Misuse, Hint: "ids are compared byte for byte"}, true
	case ledger.ErrUnknown:
		return &exit.Error{Err: err, Code: exit.Misuse, Hint: "ids are compared byte for byte, within one API, host and account: see `usersync ledger stats`"}, true
	}
	return nil, false
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
