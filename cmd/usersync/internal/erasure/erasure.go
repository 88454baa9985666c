// Package erasure removes every trace of one user: from the files of the runs that
// went to the same API and account, and then from the ledger.
//
// It changes files of runs that are over, and the ledger, and nothing else: no input,
// no plan, no copy of results outside the runs directory. It erases from every run
// that holds the id or from none, and a second call finishes what a killed one began.
//
// Start at Erase.
package erasure

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"usersync/sync/journal"
	"usersync/sync/ledger"
)

// Erase erases the user id from the runs in dir that went to scope, in any feed, from
// rehearsals for the same API, and then from l, which may be nil. The caller holds
// the lock of the scope, so that no run of it is under way.
//
// Its errors: *history.PlaceError, *UnreadableError and *BlockedError, after which
// nothing was erased; *UnfinishedError; ErrUnknown, ledger.ErrUnknown and the
// ledger's others. Done counts what was done even then.
func Erase(ctx context.Context, l *ledger.Ledger, dir string, scope journal.Scope, id string) (Done, error) {
	done, err := fromRuns(dir, scope, id)
	if err != nil {
		return done, err
	}
	return done, done.fromLedger(ctx, l, id)
}

// fromLedger comes last: as long as the ledger knows the user, not all is done.
func (d *Done) fromLedger(ctx context.Context, l *ledger.Ledger, id string) error {
	err := ErrUnknown
	if l != nil {
		err = l.Admin().Forget(ctx, id)
	}
	if d.Runs > 0 && (errors.Is(err, ErrUnknown) || errors.Is(err, ledger.ErrUnknown)) {
		return nil // a killed call came as far, or the ledger is younger than the run
	}
	d.Ledger = err == nil
	return err
}

// Done counts what was erased.
type Done struct {
	Ledger  bool // it was in the ledger
	Runs    int  // whose files were changed
	Results int  // rows
	Rejects int  // rows
	Notes   int  // of journals
	Lists   int  // rows in lists of those whom mirror would have deleted
	// Elsewhere counts runs to other accounts that hold the id and were not changed.
	Elsewhere int
}

// String returns the counts in one line. It holds no id.
func (d Done) String() string {
	where := "it was not in the ledger"
	if d.Ledger {
		where = "removed from the ledger"
	}
	parts := []string{where, fmt.Sprintf("erased from runs: %d, results: %d, rejects: %d, notes of journals: %d, lists: %d", d.Runs, d.Results, d.Rejects, d.Notes, d.Lists)}
	if d.Elsewhere > 0 {
		parts = append(parts, fmt.Sprintf("runs to other accounts that hold such an id and are as they were: %d", d.Elsewhere))
	}
	return strings.Join(parts, "; ")
}
