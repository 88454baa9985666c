package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"iter"
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

// advice is what a kind of error means to whoever started the command.
type advice struct {
	code int // 0 leaves the exit code to what the error wraps
	// hint and next are printed wherever the error turns up.
	printed    bool
	hint, next string
	// stopped is the hint for a run that the error stopped.
	stopped string
	// step is the command after such a run; stepByCode leaves it to the exit code.
	step step
}

// errorKind gives the advice on errors of one kind. It looks at err itself, not at
// what err wraps, and returns false for errors of other kinds.
type errorKind func(err error) (advice, bool)

// errorKinds is the table of all errors that the program knows: exit code, hint and
// next command. Where several are true of a run, the hint of the earliest counts.
// The codes have an order of their own: see exit.Meanings.
func errorKinds() []errorKind {
	return []errorKind{
		kindOf(func(e *guard.Error) advice {
			steps := map[string]step{mirror.Guard: stepResume, preview.ChangeGuard: stepPlan}
			return advice{code: exit.Guard, stopped: e.Hint, step: steps[e.Name]}
		}),
		kindOf(func(*stack.CanaryError) advice {
			return advice{code: exit.Guard, stopped: "look at that record in the input and in the API: mapping or account may not be what they should be; resume goes on behind it"}
		}),
		kindOf(func(e *reader.InputError) advice {
			return advice{code: exit.Guard, stopped: cmp.Or(e.Hint, "ask for the file anew") + "; what stands in results was done"}
		}),
		kindOf(adviseOnCall),
		only(pace.ErrGaveUp, advice{code: exit.Temporary, stopped: "the API is down or out of reach, or base_url is not its address; users without a result were not marked failed"}),
		only(pace.ErrTooLong, advice{code: exit.Temporary, stopped: "run again when the API lets you, or raise --max-wait"}),
		only(run.ErrBudget, advice{code: exit.Budget, stopped: "the run goes on from where it stands"}),
		only(pace.ErrTooLate, advice{code: exit.Budget, stopped: "the run goes on from where it stands"}),
		kindOf(func(e *rundir.FullError) advice { return advice{code: exit.Temporary, stopped: roomHint(e)} }),
		kindOf(func(e *fs.PathError) advice { return advice{stopped: roomOf(e)} }),
		kindOf(func(e syscall.Errno) advice { return advice{code: exit.Temporary, stopped: roomOf(e)} }),
		kindOf(func(e *exit.Error) advice {
			return advice{code: e.Code, printed: true, hint: e.Hint, next: e.Next}
		}),
		kindOf(func(*plan.SpillError) advice {
			return advice{code: exit.Temporary, printed: true, hint: "make room there, or set TMPDIR to another place"}
		}),
		adviseOnLedger,
		kindOf(adviseOnLookup),
		kindOf(func(e *history.PlaceError) advice { return adviseOnPlace(e) }),
		kindOf(func(e *rundir.PlaceError) advice { return adviseOnPlace(e) }),
		kindOf(func(*history.OriginalsError) advice { return advice{code: exit.Misuse} }), // the run says what to do
		kindOf(func(*history.RunningError) advice {
			return advice{code: exit.Held, printed: true, hint: "wait for it to end; it runs with another ledger than this command names, and one account should have one"}
		}),
		kindOf(func(*erasure.UnreadableError) advice {
			return advice{code: exit.Misuse, printed: true, hint: "somebody changed its files, or the disk lost something: mend them, or remove its directory"}
		}),
		kindOf(func(*erasure.UnfinishedError) advice {
			return advice{code: exit.Temporary, printed: true, hint: "what is done is done: call it again when the cause is gone, and it finishes"}
		}),
		kindOf(adviseOnBlocked),
		only(erasure.ErrUnknown, advice{code: exit.Misuse, printed: true, hint: "ids are compared byte for byte"}),
		only(ledger.ErrUnknown, advice{code: exit.Misuse, printed: true, hint: "ids are compared byte for byte, within one API, host and account: see `usersync ledger stats`"}),
		kindOf(func(*ledger.ImportError) advice {
			return advice{code: exit.Misuse, printed: true, hint: "nothing was imported; give a file that usersync ledger export wrote"}
		}),
		kindOf(func(*ledger.NotPendingError) advice {
			return advice{code: exit.Misuse, printed: true, hint: "only what is pending can be resolved; `usersync ledger forget` lets the next run take the user as new"}
		}),
		kindOf(func(*checkpoint.DeletionChangedError) advice { return advice{code: exit.Misuse, step: stepNew} }),
		kindOf(func(*checkpoint.InputChangedError) advice { return advice{code: exit.Misuse} }),
		kindOf(func(*plan.Error) advice { return advice{code: exit.Misuse} }),
		kindOf(func(*rundir.UnsafeError) advice { return advice{code: exit.Misuse} }),
		kindOf(func(*rundir.ShortError) advice { return advice{code: exit.Misuse} }),
		kindOf(func(*rundir.ForeignError) advice { return advice{code: exit.Misuse} }),
		kindOf(func(*journal.DamagedError) advice { return advice{code: exit.Misuse} }),
		kindOf(func(*journal.FormatError) advice { return advice{code: exit.Misuse} }),
		kindOf(func(*user.AccountingError) advice { return advice{code: exit.Internal} }),
		kindOf(func(e *ended) advice { return advice{code: e.code} }),
		kindOf(func(e exit.SignalError) advice {
			if e.Signal == syscall.SIGINT {
				return advice{code: exit.Interrupt}
			}
			return advice{code: exit.Terminate}
		}),
	}
}

func kindOf[E error](advise func(E) advice) errorKind {
	return func(err error) (advice, bool) {
		e, is := err.(E)
		if !is {
			return advice{}, false
		}
		return advise(e), true
	}
}

func only(known error, a advice) errorKind {
	return func(err error) (advice, bool) { return a, err == known }
}

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
		if err != ledger.ErrFenced {
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

// adviceOn looks err itself up in the table, not what err wraps.
func adviceOn(err error) (advice, bool) {
	for _, k := range errorKinds() {
		if a, known := k(err); known {
			return a, true
		}
	}
	return advice{}, false
}

// hintOf says what a person can do about a run that stopped.
func hintOf(err error) string {
	for _, k := range errorKinds() {
		for e := range chain(err) {
			if a, known := k(e); known && a.stopped != "" {
				return a.stopped
			}
		}
	}
	if printed, ok := printedAdvice(err); ok {
		return printed.Hint
	}
	return ""
}

// printedAdvice is the outermost error in err that says what to do wherever it
// turns up.
func printedAdvice(err error) (*exit.Error, bool) {
	for e := range chain(err) {
		if a, known := adviceOn(e); known && a.printed {
			return &exit.Error{Err: e, Code: a.code, Hint: a.hint, Next: a.next}, true
		}
	}
	return nil, false
}

// chain yields err and all that it wraps, from the outside in, as errors.As
// looks at them.
func chain(err error) iter.Seq[error] {
	return func(yield func(error) bool) { walk(err, yield) }
}

func walk(err error, yield func(error) bool) bool {
	if err == nil {
		return true
	}
	if !yield(err) {
		return false
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range several.Unwrap() {
			if !walk(e, yield) {
				return false
			}
		}
		return true
	}
	return walk(errors.Unwrap(err), yield)
}
