// Package erasure removes every trace of one user: from the files of the runs that went
// to the same API and account, then from the ledger.
//
// It changes only the ledger, the files of runs that have ended, and plans that are named:
// no input, no copy of results outside the runs directory. It erases the id from every run
// that holds it, or from none. A second call finishes what a killed one started.
//
// Start at Erase.
package erasure

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/writer/rundir"
)

// Erase erases the user id from the runs in dir that went to scope, in any feed, from
// sandbox runs for the same API, and then from l, which may be nil. Runs that l has
// registered for the scope went to it, even if the scope had another address then. The
// caller holds the lock of the scope, so that no run of it is in progress.
//
// Its errors: *history.PlaceError, *UnreadableError and *BlockedError, after which
// nothing was erased; *UnfinishedError; ErrUnknown, ledger.ErrUnknown and other errors of
// the ledger. Done counts what was erased in any case.
func Erase(ctx context.Context, l *ledger.Ledger, dir string, scope journal.Scope, id string) (Done, error) {
	registered, err := registeredIn(ctx, l, dir)
	if err != nil {
		return Done{}, err
	}
	if err := checkStored(ctx, l, registered, id); err != nil {
		return Done{}, err
	}
	keys, err := keysOf(ctx, l, id)
	if err != nil {
		return Done{}, err
	}
	done, err := fromRuns(dir, place{scope, registered}, person{id, keys})
	if err != nil {
		return done, err
	}
	return done, done.fromLedger(ctx, l, id)
}

// registeredIn returns the runs in dir that the ledger, which may be nil, has registered
// for its scope.
func registeredIn(ctx context.Context, l *ledger.Ledger, dir string) (map[string]bool, error) {
	if l == nil {
		return nil, nil
	}
	runs, err := rundir.Runs(dir)
	if err != nil {
		return nil, &history.DirError{Err: err}
	}
	names := make([]string, len(runs))
	for i := range runs {
		names[i] = runs[i].ID
	}
	known, err := l.Runs().Find(ctx, names...)
	registered := map[string]bool{}
	for name, r := range known {
		registered[name] = r.State != "" // otherwise its scope is unknown
	}
	return registered, err
}

// keysOf returns the keys of the API that the ledger, which may be nil, knows of an id.
func keysOf(ctx context.Context, l *ledger.Ledger, id string) (map[string]bool, error) {
	keys := map[string]bool{}
	if l == nil {
		return keys, nil
	}
	shown, err := l.Admin().Show(ctx, id)
	if err != nil && !errors.Is(err, ledger.ErrUnknown) {
		return nil, err
	}
	deleted, err := l.Identities().Deleted(ctx, []string{id})
	for _, key := range []string{shown.Remote, deleted[id].Remote} {
		if key != "" {
			keys[key] = true
		}
	}
	return keys, err
}

// fromLedger comes last: as long as the ledger knows the user, the erasure is incomplete.
func (d *Done) fromLedger(ctx context.Context, l *ledger.Ledger, id string) error {
	err := ErrUnknown
	if l != nil {
		err = l.Admin().Forget(ctx, id)
	}
	if d.Runs > 0 && (errors.Is(err, ErrUnknown) || errors.Is(err, ledger.ErrUnknown)) {
		return nil // a killed call came this far, or the ledger is newer than the run
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
	Notes   int  // journal entries
	Lists   int  // rows in lists of users that a mirror would have deleted
	// Elsewhere counts runs to other accounts that hold the id and were not changed.
	Elsewhere int
	// Others are ids that had the user's key of the API in runs: they are of the same person if
	// the user got a new id. Their rows were not changed.
	Others []string
}

// String returns the counts in one line. It holds no id.
func (d Done) String() string {
	where := "it was not in the ledger"
	if d.Ledger {
		where = "removed from the ledger"
	}
	parts := []string{where, fmt.Sprintf("erased from runs: %d, results: %d, rejects: %d, journal entries: %d, lists: %d", d.Runs, d.Results, d.Rejects, d.Notes, d.Lists)}
	if d.Elsewhere > 0 {
		parts = append(parts, fmt.Sprintf("runs to other accounts that hold this id and were not changed: %d", d.Elsewhere))
	}
	return strings.Join(parts, "; ")
}
