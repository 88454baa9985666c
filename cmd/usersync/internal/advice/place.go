package advice

import (
	"errors"
	"io/fs"
	"strings"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/sync/ledger"
	"usersync/writer/rundir"
)

// adviseOnPlace is the advice on a place that cannot be written to. Only a disk that is
// full or broken is temporary.
func adviseOnPlace(err error) advice {
	return adviseOnFiles(err, advice{code: exit.Misuse, printed: true, hint: "set --runs-dir and --results to places this user can write to", next: "usersync run --help"})
}

// adviseOnRunFiles is the advice on the files of a run, of which a shared ledger keeps some.
func adviseOnRunFiles(e *history.DirError) advice {
	if failed, is := errors.AsType[*ledger.FailedError](e); is {
		if a, known := adviseOnLedger(failed); known {
			return a
		}
	}
	return adviseOnPlace(e)
}

// adviseOnAccess is the advice on files of a run that cannot be read or removed.
func adviseOnAccess(e *rundir.AccessError) advice {
	return adviseOnFiles(e, printed(exit.Misuse, "the run's files are missing, were replaced, or cannot be read by this user: restore them, or start a new run"))
}

func adviseOnFiles(err error, otherwise advice) advice {
	switch unsafe, isUnsafe := errors.AsType[*rundir.UnsafeError](err); {
	case rundir.NoRoom(err):
		return printed(exit.Temporary, roomHint(err))
	case rundir.Temporary(err):
		return printed(exit.Temporary, "check the disk that holds the run's files, then run the command again")
	case isUnsafe:
		return printed(exit.Misuse, unsafe.Hint())
	}
	return otherwise
}

// unlessTemporary is the advice on an error about an earlier run: a, unless its files are
// on a disk that is full or broken. So no wrapper changes the exit code.
func unlessTemporary(err error, a advice) advice {
	if e, ok := errors.AsType[*rundir.AccessError](err); ok && rundir.Temporary(e) {
		return adviseOnAccess(e)
	}
	return a
}

// roomOf is the hint for a full disk or output; empty for any other error.
func roomOf(err error) string {
	if !rundir.NoRoom(err) {
		return ""
	}
	return roomHint(err)
}

// roomHint tells disks from standard output and devices, where making room
// elsewhere does not help.
func roomHint(err error) string {
	full, isFile := errors.AsType[*rundir.FullError](err)
	e, isPath := errors.AsType[*fs.PathError](err)
	if isFile && full.Stream || isPath && strings.HasPrefix(e.Path, "/dev/") {
		return "the output for the results is full: set --results to a file, or leave it out"
	}
	return "make room on the disk, or set --runs-dir to a directory on another disk"
}
