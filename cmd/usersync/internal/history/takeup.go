package history

import (
	"context"
	"errors"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/writer/rundir"
)

// TakeUp tells the ledger, which may be nil, what the run did after its last
// checkpoint, and ends it for good: the run by went on from there. Another process
// that works on the run is ErrRunning. What goes wrong is a *TakeUpError.
func (r *Run) TakeUp(ctx context.Context, l *ledger.Ledger, by string) error {
	if err := r.takeUp(ctx, l, by); err != nil {
		return &TakeUpError{Run: r.ID, Err: err}
	}
	return nil
}

func (r *Run) takeUp(ctx context.Context, l *ledger.Ledger, by string) (err error) {
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
	return j.Finish(journal.End{State: journal.TakenUp, By: by})
}

// WithNews returns the runs that have something to tell which the ledger does not
// know. They are moved to the ledger's checkpoint first.
func WithNews(ctx context.Context, l *ledger.Ledger, runs []*Run) ([]*Run, error) {
	var some []*Run
	for _, r := range runs {
		if err := r.Unfinished().Advance(ctx, l); err != nil {
			return nil, err
		}
		if r.Unfinished().HasNews() {
			some = append(some, r)
		}
	}
	return some, nil
}
