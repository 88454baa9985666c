package advice

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"usersync/cmd/usersync/internal/erasure"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/writer/rundir"
)

// An error of an earlier run has its exit code, hint and next command, whatever wraps
// it.
func TestErrorsOfEarlierRuns(t *testing.T) {
	denied := &fs.PathError{Op: "open", Path: "runs", Err: syscall.EACCES}
	full := &fs.PathError{Op: "write", Path: "runs/journal", Err: syscall.ENOSPC}
	killed := &history.Run{Dir: "runs", ID: "k", Journal: &journal.History{Begun: true}}
	for name, c := range map[string]struct {
		err        error
		code       int
		hint, next string // parts of them
	}{
		"no such run":                 {&history.LookupError{Err: errors.New("there is none")}, exit.Misuse, "give the name of a run", "ls -d runs/*"},
		"no such run there":           {&history.LookupError{Err: errors.New("there is none"), Dir: "/data/my runs"}, exit.Misuse, "give the name of a run", "ls -d '/data/my runs'/*"},
		"a run of another user":       {&history.LookupError{Err: denied}, exit.Misuse, "may not read it", "ls -ld runs/*"},
		"a damaged journal":           {&history.LookupError{Err: &journal.DamagedError{}}, exit.Misuse, "check the disk", ""},
		"an unsafe place":             {&history.DirError{Err: &rundir.UnsafeError{Path: "/tmp"}}, exit.Misuse, "a directory of your own", ""},
		"a place not writable":        {&history.DirError{Err: denied}, exit.Misuse, "this user can write to", "usersync run --help"},
		"files of another process":    {&history.DirError{Err: &ledger.FailedError{Err: ledger.ErrFenced}}, exit.Held, "the other run continues", ""},
		"a database that went away":   {&ledger.FailedError{Op: "store what the run has done", Err: io.ErrUnexpectedEOF}, exit.Temporary, "check that the ledger's PostgreSQL runs", ""},
		"files in a database":         {&history.DirError{Err: &ledger.FailedError{Err: errors.New("closed")}}, exit.Temporary, "check its database", ""},
		"a full disk":                 {&history.DirError{Err: full}, exit.Temporary, "make room", ""},
		"a run in progress":           {&history.RunningError{Run: "k"}, exit.Held, "wait for it to finish", ""},
		"changed originals":           {&history.OriginalsError{Err: errors.New("changed")}, exit.Misuse, "", ""},
		"no ledger for it":            {&history.AbsorbError{Err: denied}, exit.Misuse, "check its permissions", ""},
		"a full ledger for it":        {&history.AbsorbError{Err: full}, exit.Temporary, "make room", ""},
		"unreadable files":            {&erasure.UnreadableError{Err: full}, exit.Misuse, "someone changed its files", ""},
		"half an erasure":             {&erasure.UnfinishedError{Err: denied}, exit.Temporary, "progress is kept", ""},
		"a run to be resumed":         {&erasure.BlockedError{Runs: []*history.Run{killed}}, exit.Misuse, "resume it first", "usersync resume runs/k"},
		"a run never begun":           {&erasure.BlockedError{Runs: []*history.Run{{Dir: "runs", ID: "n"}}}, exit.Misuse, "remove its directory", "rm -r runs/n"},
		"an id in no run":             {erasure.ErrUnknown, exit.Misuse, "byte for byte", ""},
		"an id in no ledger":          {ledger.ErrUnknown, exit.Misuse, "usersync ledger scopes", ""},
		"a file that no export wrote": {&ledger.ImportError{}, exit.Misuse, "nothing was imported", ""},
		"an id not pending":           {&ledger.NotPendingError{State: "held"}, exit.Misuse, "only pending users", ""},
	} {
		err := fmt.Errorf("do a thing: %w", errors.Join(fmt.Errorf("and another: %w", c.err)))
		if got := ExitCode(err, Result{}); got != c.code {
			t.Errorf("%s: exit code %d, want %d", name, got, c.code)
		}
		got, ok := Printed(err)
		if c.hint == "" && !ok {
			continue // the run adds the hint
		}
		if !ok || !strings.Contains(got.Hint, c.hint) || got.Next != c.next {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
