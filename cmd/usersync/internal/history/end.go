package history

import (
	"context"

	"usersync/sync/journal"
	"usersync/sync/ledger"
)

// EndUnfinished takes into the ledger, whose scope must be locked, what the unfinished runs of
// scope did, so that none of them can be continued: by is what ended them. It returns the names
// of those that were found. If the journal of one cannot be read, neither here in dir nor from the
// ledger, the error is an *ElsewhereError, and no run was ended.
func EndUnfinished(ctx context.Context, l *ledger.Ledger, dir string, scope journal.Scope, name, by string) (ended []string, err error) {
	known, err := FindRegistered(ctx, l, dir, scope.Feed)
	if err != nil {
		return nil, err
	}
	left, err := unfinishedHere(ctx, l, dir, scope, name, known.Here)
	if err != nil {
		return nil, err
	}
	stored, err := takeOverAll(ctx, l, &known, scope.Feed)
	if err != nil {
		return nil, err
	}
	for _, r := range append(left, stored...) {
		if err := r.Unfinished().Advance(ctx, l); err != nil {
			return ended, err
		}
		if err := r.Absorb(ctx, l, by); err != nil {
			return ended, err
		}
		ended = append(ended, r.ID)
	}
	for _, run := range known.Settled {
		if err := l.Runs().Absorb(ctx, ledger.Checkpoint{Run: run}, nil, by); err != nil {
			return ended, err
		}
	}
	return ended, l.Stored().Forget(ctx)
}

// unfinishedHere returns the unfinished runs in dir that the ledger does not know to be over.
func unfinishedHere(ctx context.Context, l *ledger.Ledger, dir string, scope journal.Scope, name string, registered []string) ([]*Run, error) {
	all, err := Unfinished(dir, scope, name, registered...)
	if err != nil {
		return nil, err
	}
	for _, r := range all {
		if r.Running {
			return nil, &RunningError{Run: r.ID}
		}
	}
	_, left, err := Over(ctx, l, all)
	return left, err
}

// takeOverAll reads the journals of runs of other places from the ledger. One that has not begun is
// settled.
func takeOverAll(ctx context.Context, l *ledger.Ledger, known *Registered, feed string) (stored []*Run, err error) {
	for _, run := range known.Elsewhere {
		r, err := TakeOver(ctx, l, run, feed)
		switch {
		case err != nil:
			return nil, err
		case r == nil:
			return nil, &ElsewhereError{Run: run}
		case !r.Journal.Begun:
			known.Settled = append(known.Settled, run.Name)
		default:
			stored = append(stored, r)
		}
	}
	return stored, nil
}
