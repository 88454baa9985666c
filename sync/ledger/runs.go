package ledger

import (
	"context"

	"usersync/sync/ledger/internal/registry"
)

// State is how far a run has come, as the ledger knows it.
type State = registry.State

// The states. A run from before runs were registered has none.
const (
	StateOpen      = registry.Open      // in progress, or killed: what it did last may be missing from the ledger
	StateStopped   = registry.Stopped   // ended early, and the ledger knows all that it did
	StateFinished  = registry.Finished  // every record has its outcome
	StateAbsorbed  = registry.Absorbed  // another run began, and what this one did is accounted for
	StateAbandoned = registry.Abandoned // given up by a person
)

// Run is a run that the ledger knows.
type Run = registry.Run

// OverError says that a run cannot be continued, as the ledger knows that it ended.
type OverError = registry.OverError

// Runs are the runs of the ledger's scope: their order, which no clock can disturb, and
// how far each has come. What changes them needs the lock.
type Runs struct{ l *Ledger }

// Runs returns those of the ledger's scope.
func (l *Ledger) Runs() Runs { return Runs{l} }

// Register notes that a run begins or is continued, before its first call, and returns
// its place in the order of runs. A run that was absorbed or abandoned is an *OverError.
// Name, Host, Dir, Replay, Settings and Started are kept.
func (r Runs) Register(ctx context.Context, run Run) (order int64, err error) {
	var first int64
	err = r.l.change(ctx, func(w *writing) (err error) {
		order, first, err = registry.Begin(w, r.l.db, w.tx, w.scope, w.feed, w.next, run)
		if err == nil {
			w.learn(r.l.runs, run.Name, order)
		}
		return err
	})
	if err != nil {
		return 0, failed("register run "+run.Name+" in the ledger", err)
	}
	r.l.first.Store(first)
	return order, nil
}

// Withdraw takes back that a run was registered, which has made no call.
func (r Runs) Withdraw(ctx context.Context, run string) error {
	err := r.l.change(ctx, func(w *writing) error { return w.end(run, StateAbsorbed, "") })
	return failed("withdraw run "+run+" from the ledger", err)
}

// Absorb keeps what an earlier run did after its last checkpoint, and that it is
// accounted for: the run by continues from there. Entries may be empty.
func (r Runs) Absorb(ctx context.Context, m Mark, entries []Entry, by string) error {
	err := r.l.change(ctx, func(w *writing) error {
		if len(entries) > 0 {
			if err := w.entries(m.Run, entries); err != nil {
				return err
			}
			if err := w.mark(m); err != nil {
				return err
			}
		}
		return w.end(m.Run, StateAbsorbed, by)
	})
	return failed("absorb run "+m.Run+" into the ledger", err)
}

// Distrust absorbs runs when it is not known what they did last: fingerprints that they
// or earlier runs have left are not trusted, so that every user of the scope is sent once
// more. Which users are there, and which keys the API made, stays known.
func (r Runs) Distrust(ctx context.Context, runs []string, by string) error {
	return failed("absorb runs into the ledger", r.distrust(ctx, runs, StateAbsorbed, by))
}

func (r Runs) distrust(ctx context.Context, runs []string, s State, by string) error {
	var distrusted int64
	err := r.l.change(ctx, func(w *writing) error {
		last, err := registry.End(w, r.l.db, w.tx, runs, s, by)
		if err != nil {
			return err
		}
		if _, err := r.l.db.Exec(w, w.tx, `UPDATE usersync_scope SET distrusted = ? WHERE num = ? AND distrusted < ?`, last, w.scope, last); err != nil {
			return err
		}
		return r.l.db.QueryRow(w, w.tx, `SELECT distrusted FROM usersync_scope WHERE num = ?`, w.scope).Scan(&distrusted)
	})
	if err == nil {
		r.l.distrusted.Store(distrusted)
	}
	return err
}

// Abandon gives up an unfinished run when it is not known what it did last: it is never
// continued, and Distrust applies to it. A run that is over is an
// *OverError; one that the scope does not know is ErrUnknownRun.
func (r Runs) Abandon(ctx context.Context, run string) error {
	known, err := r.Find(ctx, run)
	if err != nil {
		return err
	}
	switch k, ok := known[run]; {
	case !ok:
		return ErrUnknownRun
	case k.State != StateOpen && k.State != StateStopped:
		return &OverError{Run: run, State: k.State, By: k.By}
	}
	return failed("abandon run "+run, r.distrust(ctx, []string{run}, StateAbandoned, ""))
}

// Unfinished lists the runs of the scope, of all feeds, that are open or stopped, the
// newest first.
func (r Runs) Unfinished(ctx context.Context) ([]Run, error) {
	scope, err := r.l.scopeNum(ctx)
	if err != nil || scope == 0 {
		return nil, failed("look for unfinished runs in the ledger", err)
	}
	runs, err := registry.Unfinished(ctx, r.l.db, r.l.db.Read, scope)
	return runs, failed("look for unfinished runs in the ledger", err)
}

// Find returns what is known of runs, by name: those of the scope, and those from
// before runs were registered, of which no scope is known.
func (r Runs) Find(ctx context.Context, names ...string) (map[string]Run, error) {
	scope, err := r.l.scopeNum(ctx)
	if err != nil || scope == 0 {
		return nil, failed("look for runs in the ledger", err)
	}
	known, err := registry.Find(ctx, r.l.db, r.l.db.Read, scope, names)
	return known, failed("look for runs in the ledger", err)
}

func (w *writing) end(run string, s State, by string) error {
	_, err := registry.End(w, w.l.db, w.tx, []string{run}, s, by)
	return err
}
