package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/erasure"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/run"
	"usersync/reader"
	"usersync/sync/checkpoint"
	"usersync/sync/destination"
	"usersync/sync/destination/stack"
	"usersync/sync/guard"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/mirror"
	"usersync/sync/pace"
	"usersync/sync/plan"
	"usersync/sync/user"
	"usersync/writer/rundir"
)

// errorKinds is the table of all errors that the program knows: exit code, hint and
// next command. Where several are true of a run, the hint of the earliest counts.
// The codes have an order of their own: see exit.Meanings.
func errorKinds() []errorKind {
	return slices.Concat(stopErrors(), placeErrors(), earlierRunErrors(), []errorKind{
		every[*checkpoint.DeletionChangedError](advice{code: exit.Misuse, step: stepNew}),
		every[*checkpoint.InputChangedError](advice{code: exit.Misuse}),
		every[*plan.Error](advice{code: exit.Misuse}),
		every[*journal.DamagedError](advice{code: exit.Misuse}),
		every[*journal.FormatError](advice{code: exit.Misuse}),
		every[*user.AccountingError](advice{code: exit.Internal}),
		kindOf(func(e *exit.WorstError) advice { return advice{code: e.Code} }),
		kindOf(func(e exit.SignalError) advice {
			if e.Signal == syscall.SIGINT {
				return advice{code: exit.Interrupt}
			}
			return advice{code: exit.Terminate}
		}),
	})
}

// stopErrors are what stops a run, before what only the place of its files says.
func stopErrors() []errorKind {
	return []errorKind{
		kindOf(func(e *guard.Error) advice {
			steps := map[string]step{mirror.Guard: stepResume, preview.ChangeGuard: stepPlan}
			return advice{code: exit.Guard, stopped: e.Hint, step: steps[e.Name]}
		}),
		every[*stack.CanaryError](advice{code: exit.Guard,
			stopped: "look at that record in the input and in the API: mapping or account may not be what they should be; resume goes on behind it"}),
		kindOf(func(e *reader.InputError) advice {
			return advice{code: exit.Guard, stopped: cmp.Or(e.Hint, "ask for the file anew") + "; what stands in results was done"}
		}),
		kindOf(adviseOnCall),
		only(pace.ErrGaveUp, advice{code: exit.Temporary,
			stopped: "the API is down or out of reach, or base_url is not its address; users without a result were not marked failed"}),
		only(pace.ErrTooLong, advice{code: exit.Temporary, stopped: "run again when the API lets you, or raise --max-wait"}),
		only(run.ErrBudget, advice{code: exit.Budget, stopped: "the run goes on from where it stands"}),
		only(pace.ErrTooLate, advice{code: exit.Budget, stopped: "the run goes on from where it stands"}),
	}
}

// placeErrors are those of files, disks and ledgers.
func placeErrors() []errorKind {
	return []errorKind{
		kindOf(func(e *rundir.FullError) advice { return advice{code: exit.Temporary, stopped: roomHint(e)} }),
		kindOf(func(e *fs.PathError) advice { return advice{stopped: roomOf(e)} }),
		kindOf(func(e syscall.Errno) advice { return advice{code: exit.Temporary, stopped: roomOf(e)} }),
		kindOf(func(e *exit.Error) advice {
			return advice{code: e.Code, printed: true, hint: e.Hint, next: e.Next}
		}),
		every[*plan.SpillError](printed(exit.Temporary, "make room there, or set TMPDIR to another place")),
		adviseOnLedger,
		kindOf(func(e *history.PlaceError) advice { return adviseOnPlace(e) }),
		kindOf(func(e *rundir.PlaceError) advice { return adviseOnPlace(e) }),
		every[*rundir.UnsafeError](advice{code: exit.Misuse}),
		every[*rundir.ShortError](advice{code: exit.Misuse}),
		every[*rundir.ForeignError](advice{code: exit.Misuse}),
		only(ledger.ErrUnknown, printed(exit.Misuse, "ids are compared byte for byte, within one API, host and account: see `usersync ledger stats`")),
		only(ledger.ErrUnknownRun, printed(exit.Misuse, "runs are known by API, host and account; name the run as the message did that told of it")),
		every[*ledger.OverError](printed(exit.Misuse, "a run that is over needs nothing more")),
		every[*ledger.RenameError](printed(exit.Misuse, "nothing was renamed; `usersync ledger show ID` tells what the ledger knows")),
		every[*ledger.ScopeError](printed(exit.Misuse, "`usersync ledger scopes` lists the scopes of the ledger")),
		every[*ledger.ImportError](printed(exit.Misuse, "nothing was imported; give a file that usersync ledger export wrote")),
		every[*ledger.ResolutionError](printed(exit.Misuse, "nothing was resolved; one key of the API belongs to one id")),
		every[*ledger.NotPendingError](printed(exit.Misuse, "only what is pending can be resolved; `usersync ledger forget` lets the next run take the user as new")),
	}
}

// earlierRunErrors are those of earlier runs, and of a user's removal from them.
func earlierRunErrors() []errorKind {
	return []errorKind{
		kindOf(adviseOnLookup),
		every[*history.OriginalsError](advice{code: exit.Misuse}), // the run says what to do
		every[*history.RunningError](printed(exit.Held, "wait for it to end; it runs with another ledger than this command names, and one account should have one")),
		every[*erasure.UnreadableError](printed(exit.Misuse, "somebody changed its files, or the disk lost something: mend them, or remove its directory")),
		every[*erasure.UnfinishedError](printed(exit.Temporary, "what is done is done: call it again when the cause is gone, and it finishes")),
		kindOf(adviseOnBlocked),
		only(erasure.ErrUnknown, printed(exit.Misuse, "ids are compared byte for byte")),
	}
}

// kindOf is a row of the table whose advice depends on the error.
func kindOf[E error](advise func(E) advice) errorKind {
	return func(err error) (advice, bool) {
		e, is := err.(E)
		if !is {
			return advice{}, false
		}
		return advise(e), true
	}
}

// only is a row for one error value.
func only(known error, a advice) errorKind {
	return func(err error) (advice, bool) { return a, err == known }
}

// every is a row with the same advice on all errors of a type.
func every[E error](a advice) errorKind { return kindOf(func(E) advice { return a }) }

// printed is advice that is printed wherever the error turns up.
func printed(code int, hint string) advice { return advice{code: code, printed: true, hint: hint} }

func adviseOnCall(e *destination.CallError) advice {
	if e.Fault == destination.Denied {
		return advice{code: exit.Denied, stopped: "check base_url and auth in the config"}
	}
	return advice{code: exit.Temporary}
}

// adviseOnLedger is what a person can do about a ledger that failed. What is not
// known otherwise is the disk or the database, and will pass.
func adviseOnLedger(err error) (advice, bool) {
	switch err.(type) {
	case *ledger.FailedError, *ledger.UnusableError, *ledger.HeldError:
	case *history.TakeUpError: // to a person the files of that run and the ledger are one
	default:
		if err != ledger.ErrFenced && err != ledger.ErrLost {
			return advice{}, false
		}
	}
	a := advice{printed: true}
	unusable, isUnusable := errors.AsType[*ledger.UnusableError](err)
	_, held := errors.AsType[*ledger.HeldError](err)
	switch {
	case isUnusable:
		a.code, a.hint = exit.Misuse, unusable.Hint
	case held:
		a.code, a.hint = exit.Held, "wait for it to end, or give --lock-timeout"
	case errors.Is(err, ledger.ErrFenced):
		a.code, a.hint = exit.Held, "the other run goes on from here"
	case errors.Is(err, ledger.ErrLost):
		a.code, a.hint = exit.Held, "look at the ledger's database; users whose calls were under way are looked up or sent again by the run that comes next"
	case errors.Is(err, context.Canceled): // the ledger did not fail
		return advice{}, false
	case connect.Unwritable(err):
		a.code, a.hint = exit.Misuse, "the ledger lies where this user may not write: check its permissions, or give --ledger or --runs-dir another place"
	default:
		a.code, a.hint = exit.Temporary, "make room on the disk where the ledger lies, or look at its database"
	}
	return a, true
}

// adviseOnLookup is what to do about a run that was not found, or cannot be read.
func adviseOnLookup(e *history.LookupError) advice {
	if hinted, ok := errors.AsType[interface {
		error
		Hint() string
	}](e.Err); ok {
		return advice{code: exit.Misuse, printed: true, hint: hinted.Hint()}
	}
	return advice{code: exit.Misuse, printed: true, hint: "name a run as its summary does, its directory, or --runs-dir where it lies", next: "ls -d runs/*"}
}

// adviseOnPlace is what to do about a place that cannot be written to. That there
// is no room will pass.
func adviseOnPlace(err error) advice {
	if rundir.NoRoom(err) {
		return advice{code: exit.Temporary, printed: true, hint: roomHint(err)}
	}
	if unsafe, ok := errors.AsType[*rundir.UnsafeError](err); ok {
		return advice{code: exit.Misuse, printed: true, hint: unsafe.Hint()}
	}
	return advice{code: exit.Misuse, printed: true, hint: "give --runs-dir and --results a place that this user may write to", next: "usersync run --help"}
}

// adviseOnBlocked is what to do about runs that keep a user from being erased.
func adviseOnBlocked(e *erasure.BlockedError) advice {
	first := e.Runs[0]
	if first.Journal != nil && first.Journal.Resumable() {
		return advice{code: exit.Misuse, printed: true, hint: "go on with it first, or let the next run take it up", next: exit.CommandLine("resume", first.Path())}
	}
	return advice{code: exit.Misuse, printed: true, hint: "it did not end and cannot be resumed: if nothing works on it any more, remove its directory",
		next: "rm -r " + exit.Quote(first.Path())}
}

// roomOf is the hint for a place that is full; empty if it is not.
func roomOf(err error) string {
	if !rundir.NoRoom(err) {
		return ""
	}
	return roomHint(err)
}

// roomHint tells standard output and devices apart, which room elsewhere does
// not help.
func roomHint(err error) string {
	full, isFile := errors.AsType[*rundir.FullError](err)
	e, isPath := errors.AsType[*fs.PathError](err)
	if isFile && full.Stream || isPath && strings.HasPrefix(e.Path, "/dev/") {
		return "what takes the results is full: give --results a file, or leave it out"
	}
	return "make room on the disk, or give --runs-dir a place on another one"
}
