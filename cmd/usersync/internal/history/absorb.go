package history

import (
	"context"
	"errors"

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
