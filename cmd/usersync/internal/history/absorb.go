package history

import (
	"context"
	"errors"
	"fmt"
	"time"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/writer/rundir"
)

// Absorb tells the ledger, which may be nil, what the run did after its last
// checkpoint, and ends the run for good, as absorbed by the run named by. Its error is
// an *AbsorbError; it wraps ErrRunning if another process works on the run.
func (r *Run) Absorb(ctx context.Context, l *ledger.Ledger, by string) error {
	if err := r.absorb(ctx, l, by); err != nil {
		return &AbsorbError{Run: r.ID, Err: err}
	}
	return nil
}

func (r *Run) absorb(ctx context.Context, l *ledger.Ledger, by string) (err error) {
	if r.Stored {
		return r.Unfinished().UpdateLedger(ctx, l, by)
	}
	dir, err := rundir.Open(r.Dir, r.ID)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	f, err := Claim(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := r.Unfinished().UpdateLedger(ctx, l, by); err != nil {
		return err
	}
	j, err := journal.Continue(f, r.Journal, journal.Resumed{})
	if err != nil {
		return err
	}
	return j.Finish(journal.End{State: journal.Absorbed, By: by})
}

// JustAbsorbed lists the runs of scope in dir that were absorbed since a time: calls that they had
// in flight then may still be at work.
func JustAbsorbed(dir string, scope journal.Scope, since time.Time) (just []*Run, err error) {
	runs, err := rundir.Runs(dir)
	if err != nil {
		return nil, &DirError{err}
	}
	for _, info := range runs {
		if !info.Journal || info.Finished || untouchedSince(since, dir, info.ID) {
			continue
		}
		r, err := Read(dir, info.ID)
		if err != nil {
			return nil, &DirError{fmt.Errorf("read the journal of run %s: %w", info.ID, err)}
		}
		if end := r.Journal.End; end != nil && end.State == journal.Absorbed && ScopeOf(r.Journal.Header).Same(scope) {
			just = append(just, r)
		}
	}
	return just, nil
}

// WithNews returns the runs that did something that the ledger does not know. It first
// moves them to the ledger's checkpoint.
func WithNews(ctx context.Context, l *ledger.Ledger, runs []*Run) ([]*Run, error) {
	var some []*Run
	for _, r := range runs {
		if err := r.Unfinished().Advance(ctx, l); err != nil {
			return nil, err
		}
		if r.Unfinished().HasUncheckpointed() {
			some = append(some, r)
		}
	}
	return some, nil
}
