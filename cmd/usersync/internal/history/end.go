package history

import (
	"context"
	"time"

	"usersync/sync/journal"
	"usersync/sync/ledger"
)

// Ender ends unfinished runs of a scope, which must be locked, so that none can be continued.
type Ender struct {
	Ledger *ledger.Ledger
	Name   string // of the ledger
	Dir    string // of the runs
	Scope  journal.Scope
	By     string // what ends them
	// Wait is called if a call of theirs may be at work, with how long that may last if one takes at
	// most Timeout: no later run knows of it. Its error ends no run.
	Wait    func(time.Duration) error
	Timeout time.Duration
}

// End takes into the ledger what the runs did. It returns the names of those that were found. If the
// journal of one cannot be read, neither here in Dir nor from the ledger, the error is an
// *ElsewhereError, and no run was ended.
func (e *Ender) End(ctx context.Context) (ended []string, err error) {
	l := e.Ledger
	known, err := FindRegistered(ctx, l, e.Dir, e.Scope.Feed)
	if err != nil {
		return nil, err
	}
	left, err := unfinishedHere(ctx, l, e.Dir, e.Scope, e.Name, known.Here)
	if err != nil {
		return nil, err
	}
	stored, err := takeOverAll(ctx, l, &known, e.Scope.Feed)
	if err != nil {
		return nil, err
	}
	left = append(left, stored...)
	if last := lastOfCalls(left, e.Timeout); last > 0 {
		if err := e.Wait(last); err != nil {
			return nil, err
		}
	}
	for _, r := range left {
		if err := r.Unfinished().Advance(ctx, l); err != nil {
			return ended, err
		}
		if err := r.Absorb(ctx, l, e.By); err != nil {
			return ended, err
		}
		ended = append(ended, r.ID)
	}
	for _, run := range known.Settled {
		if err := l.Runs().Absorb(ctx, ledger.Checkpoint{Run: run}, nil, e.By); err != nil {
			return ended, err
		}
	}
	return ended, l.Stored().Forget(ctx)
}

// lastOfCalls is how long calls of runs may be at work that had no answer, if one takes at most
// timeout. When a process was killed is not known.
func lastOfCalls(runs []*Run, timeout time.Duration) (last time.Duration) {
	for _, r := range runs {
		switch end := r.Journal.End; {
		case len(r.Journal.Sent) == 0:
		case end == nil:
			last = timeout
		default:
			last = max(last, min(time.Until(end.At.Add(timeout)), timeout))
		}
	}
	return last
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
