package advice

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"net"
	"slices"
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
	"usersync/sync/destination/canary"
	"usersync/sync/destination/parallel"
	"usersync/sync/engine"
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
// next command. If several apply to a run, the hint of the first row wins. Exit
// codes have an order of their own: see exit.Meanings.
func errorKinds() []errorKind {
	return slices.Concat(stopErrors(), placeErrors(), earlierRunErrors(), []errorKind{
		forEvery[*checkpoint.DeletionChangedError](advice{code: exit.Misuse, step: StepNew}),
		forEvery[*checkpoint.InputChangedError](advice{code: exit.Misuse}),
		forEvery[*plan.Error](advice{code: exit.Misuse}),
		forEvery[*journal.DamagedError](advice{code: exit.Misuse}),
		forEvery[*journal.FormatError](advice{code: exit.Misuse}),
		forEvery[*user.AccountingError](advice{code: exit.Internal}),
		forEvery[*engine.PanicError](advice{code: exit.Internal, runHint: "the outcomes in results are final; the run can be resumed"}),
		forType(func(e *exit.WorstError) advice { return advice{code: e.Code} }),
		forType(func(e exit.SignalError) advice {
			if e.Signal == syscall.SIGINT {
				return advice{code: exit.Interrupt}
			}
			return advice{code: exit.Terminate}
		}),
	})
}

// ResumeContinues is how hints say that a run can be resumed; a shard is continued by its own
// command.
const ResumeContinues = "resume continues the run"

// stopErrors are the errors that stop a run, the most specific hints first.
func stopErrors() []errorKind {
	return []errorKind{
		forType(func(e *guard.Error) advice {
			steps := map[string]Step{mirror.Guard: StepResume, preview.DeleteGuard: StepDeletes, preview.ChangeGuard: StepPlan, run.AbsentGuard: StepRetry, engine.AbsentGuard: StepCheck}
			return advice{code: exit.Guard, runHint: e.Hint, step: steps[e.Name]}
		}),
		forEvery[*canary.Error](advice{code: exit.Guard,
			runHint: "compare that record in the input and in the API: the mapping or the account may be wrong; resume continues after it"}),
		forType(func(e *reader.InputError) advice {
			return advice{code: exit.Guard, runHint: cmp.Or(e.Hint, "get a fresh copy of the file") + "; the outcomes in results are final"}
		}),
		forType(adviseOnCall),
		forEvery[*run.HeldShardError](printed(exit.Held, "it continues: wait for it to end, or set --lock-timeout")),
		forValue(pace.ErrGaveUp, advice{code: exit.Temporary,
			runHint: "the API is down or unreachable, or base_url is wrong; users without a result were not marked as failed"}),
		forValue(pace.ErrTooLong, advice{code: exit.Temporary, runHint: "run again when the API allows it, or raise --max-wait"}),
		forValue(pace.ErrNoLimit, advice{code: exit.Temporary,
			runHint: "no call starts unless the processes that share the rate can count it; " + ResumeContinues + " when the server answers"}),
		forValue(run.ErrBudget, advice{code: exit.Budget, runHint: ResumeContinues + " where it stopped"}),
		forValue(run.ErrUntil, advice{code: exit.Budget, runHint: ResumeContinues + " where it stopped, the next day or with --until none"}),
		forValue(pace.ErrTooLate, advice{code: exit.Budget, runHint: ResumeContinues + " where it stopped"}),
	}
}

// placeErrors are the errors of files, disks and ledgers.
func placeErrors() []errorKind {
	return []errorKind{
		forType(func(e *rundir.FullError) advice { return advice{code: exit.Temporary, runHint: roomHint(e)} }),
		forType(func(e *fs.PathError) advice { return advice{runHint: roomOf(e)} }),
		forType(func(e syscall.Errno) advice { return advice{code: exit.Temporary, runHint: roomOf(e)} }),
		forType(func(e *exit.Error) advice {
			return advice{code: e.Code, printed: true, hint: e.Hint, next: e.Next}
		}),
		forEvery[*plan.SpillError](printed(exit.Temporary, "make room there, or set TMPDIR to another directory")),
		adviseOnLedger,
		forType(adviseOnRunFiles),
		forType(func(e *rundir.PlaceError) advice { return adviseOnPlace(e) }),
		forType(adviseOnAccess),
		forEvery[*rundir.UnsafeError](advice{code: exit.Misuse}),
		forEvery[*rundir.ShortError](advice{code: exit.Misuse}),
		forEvery[*rundir.ForeignError](advice{code: exit.Misuse}),
		forValue(ledger.ErrUnknown, printed(exit.Misuse, "ids are compared byte for byte, within one API, base URL and account: see usersync ledger scopes")),
		forValue(ledger.ErrUnknownRun, printed(exit.Misuse, "runs are known by API, base URL and account; name the run as the message about it does")),
		forEvery[*ledger.OverError](printed(exit.Misuse, "a run that is over needs nothing more")),
		forEvery[*ledger.RenameError](printed(exit.Misuse, "nothing was renamed; usersync ledger show ID shows what the ledger knows")),
		forEvery[*ledger.ImportError](printed(exit.Misuse, "nothing was imported; use a file written by usersync ledger export")),
		forEvery[*ledger.ResolutionError](printed(exit.Misuse, "nothing was resolved; each key of the API belongs to one id")),
		forEvery[*ledger.NotPendingError](printed(exit.Misuse, "only pending users can be resolved; after usersync ledger forget the next run treats the user as new")),
	}
}

// earlierRunErrors are the errors of earlier runs, and of erasing a user from them.
func earlierRunErrors() []errorKind {
	return []errorKind{
		forType(adviseOnLookup),
		forEvery[*history.OriginalsError](advice{code: exit.Misuse}), // the run adds the hint
		forEvery[*history.RunningError](printed(exit.Held, "wait for it to finish; it uses a different ledger, and an account should have only one")),
		forType(func(e *erasure.UnreadableError) advice {
			return unlessTemporary(e, printed(exit.Misuse, "someone changed its files, or the disk lost data: repair them, or remove its directory"))
		}),
		forEvery[*erasure.UnfinishedError](printed(exit.Temporary, "progress is kept: fix the cause, then run the command again to finish")),
		forType(adviseOnBlocked),
		forValue(erasure.ErrUnknown, printed(exit.Misuse, "ids are compared byte for byte")),
	}
}

// forType is a row for errors of type E, with advice that depends on the error.
func forType[E error](advise func(E) advice) errorKind {
	return func(err error) (advice, bool) {
		e, is := err.(E)
		if !is {
			return advice{}, false
		}
		return advise(e), true
	}
}

// forValue is a row for one error value.
func forValue(known error, a advice) errorKind {
	return func(err error) (advice, bool) { return a, err == known }
}

// forEvery is a row with the same advice for all errors of type E.
func forEvery[E error](a advice) errorKind { return forType(func(E) advice { return a }) }

// printed is advice that is printed wherever the error occurs.
func printed(code int, hint string) advice { return advice{code: code, printed: true, hint: hint} }

func adviseOnCall(e *destination.CallError) advice {
	if e.Fault == destination.Denied {
		return advice{code: exit.Denied, runHint: "check base_url and auth in the config"}
	}
	return advice{code: exit.Temporary}
}

// adviseOnLedger is the advice on a ledger that failed. A failure of no other known
// kind is one of the disk or the database, which is temporary.
func adviseOnLedger(err error) (advice, bool) {
	switch err.(type) {
	case *ledger.FailedError, *ledger.UnusableError, *ledger.HeldError:
	case *history.AbsorbError: // a person cannot tell the files of that run from the ledger
		if _, files := errors.AsType[*rundir.AccessError](err); files {
			return advice{}, false // it is about the files, and has advice of its own
		}
	default:
		if err != ledger.ErrFenced && err != ledger.ErrLost {
			return advice{}, false
		}
	}
	if _, over := errors.AsType[*ledger.OverError](err); over {
		return advice{}, false // the ledger did not fail
	}
	a := advice{printed: true}
	unusable, isUnusable := errors.AsType[*ledger.UnusableError](err)
	_, held := errors.AsType[*ledger.HeldError](err)
	switch {
	case isUnusable:
		a.code, a.hint = exit.Misuse, unusable.Hint
	case held:
		a.code, a.hint = exit.Held, "wait for it to finish, or set --lock-timeout"
	case errors.Is(err, ledger.ErrFenced):
		a.code, a.hint = exit.Held, "the other run continues from here"
	case errors.Is(err, ledger.ErrLost):
		a.code, a.hint = exit.Held, "check the ledger's database; the next run looks up users whose calls were in flight, or sends them again"
	case parallel.OnlyCanceled(err): // the ledger did not fail
		return advice{}, false
	case connect.Unwritable(err):
		a.code, a.hint = exit.Misuse, "this user cannot write to the ledger: check its permissions, or set --ledger or --runs-dir to another place"
	case unreachable(err):
		a.code, a.hint = exit.Temporary, "check that the ledger's PostgreSQL runs and can be reached from here, and the address and the user in ledger"
	default:
		a.code, a.hint = exit.Temporary, "make room on the disk that holds the ledger, or check its database"
	}
	return a, true
}

// unreachable reports whether there is no connection to the database of the ledger, or no longer one.
func unreachable(err error) bool {
	_, is := errors.AsType[*ledger.ConnectError](err)
	_, broke := errors.AsType[*net.OpError](err)
	return is || broke || errors.Is(err, io.ErrUnexpectedEOF)
}

// adviseOnLookup is the advice on a run that was not found, or cannot be read.
func adviseOnLookup(e *history.LookupError) advice {
	if hinted, ok := errors.AsType[interface {
		error
		Hint() string
	}](e.Err); ok {
		return advice{code: exit.Misuse, printed: true, hint: hinted.Hint()}
	}
	if errors.Is(e.Err, fs.ErrPermission) {
		return advice{code: exit.Misuse, printed: true, next: "ls -ld " + exit.Quote(cmp.Or(e.Dir, "runs")) + "/*",
			hint: "this user may not read it: run as the user that owns the runs, or set --runs-dir to another directory"}
	}
	return unlessTemporary(e, advice{code: exit.Misuse, printed: true, next: "ls -d " + exit.Quote(cmp.Or(e.Dir, "runs")) + "/*",
		hint: "give the name of a run, as in its summary, or its directory; --runs-dir says where runs are"})
}

// adviseOnBlocked is the advice on runs that keep a user from being erased.
func adviseOnBlocked(e *erasure.BlockedError) advice {
	first := e.Runs[0]
	if first.Stored {
		return advice{code: exit.Misuse, printed: true, hint: "what it sent last is in the ledger's database, and its files are not here: let the next run absorb it, or end a run in shards with usersync merge " + first.ID}
	}
	if first.Journal != nil && first.Journal.Resumable() {
		return advice{code: exit.Misuse, printed: true, hint: "resume it first, or let the next run absorb it", next: exit.CommandLine("resume", first.Path())}
	}
	return advice{code: exit.Misuse, printed: true, hint: "it did not finish and cannot be resumed: if nothing uses it any more, remove its directory",
		next: "rm -r " + exit.Quote(first.Path())}
}
