package ledger

import (
	"context"

	"usersync/sync/ledger/internal/change"
	"usersync/sync/ledger/internal/registry"
)

// RunState is how far a run has come, as far as the ledger knows.
type RunState = registry.State

// The states of a run. A run from before runs were registered has none.
const (
	RunOpen      = registry.Open      // in progress, or killed: its last work may be missing from the ledger
	RunStopped   = registry.Stopped   // ended early, and the ledger has all its work
	RunFinished  = registry.Finished  // every record has its outcome
	RunAbsorbed  = registry.Absorbed  // another run continues from there, and its work is accounted for
	RunAbandoned = registry.Abandoned // abandoned by a person
)

// Run is a run that the ledger knows.
type Run = registry.Run

// RunPart is a part of a run after its first.
type RunPart = registry.Part

// RunPlace is a place in the ledger's own order of what runs did.
type RunPlace = registry.Place

// OverError says that a run cannot be continued because it ended.
type OverError = registry.OverError

// Runs is the list of runs of the ledger's scope: their order, which does not depend on a
// clock, and how far each has come. Methods that change it need the lock.
type Runs struct {
	l    *Ledger
	feed string // of users that Absorb adds; empty is the ledger's own
}

// Runs returns the runs of the ledger's scope.
func (l *Ledger) Runs() Runs { return Runs{l: l} }

// Of returns r for absorbing a run of a feed: users that it brings are that feed's.
func (r Runs) Of(feed string) Runs { return Runs{r.l, feed} }

// Register records, before its first call, that a run begins or is continued, and returns
// its place in the order of runs. A shared ledger takes the run's files for this process.
// It fails with an *OverError if the run was absorbed or abandoned. It saves Name, Host,
// Dir, Replay, Settings and Started. Plans stay valid when a run begins: what it does is in
// its journal, or raises the generation.
//
// Written is the last record whose outcome earlier parts of a run that is continued have
// written. Find returns where it was continued, so that what it does from now on comes after
// what other runs did in the meantime.
func (r Runs) Register(ctx context.Context, run Run, written int) (order int64, err error) {
	var first int64
	err = r.l.change(ctx, func(t change.Writer) (err error) {
		known, err := registry.Find(t, t.DB, t.SQL, t.ID, []string{run.Name})
		switch {
		case err != nil:
		case known[run.Name].State != "":
			err = registry.AddPart(t, t.DB, t.SQL, t.ID, run.Name, written)
		default:
			err = t.KeepGeneration()
		}
		if err != nil {
			return err
		}
		order, first, err = registry.Begin(t, t.DB, t.SQL, t.ID, t.To, t.Next, run)
		if err != nil {
			return err
		}
		t.AddName(t.Runs, run.Name, order)
		return r.l.Stored().claim(t, run.Name)
	})
	if err != nil {
		return 0, failed("register run "+run.Name+" in the ledger", err)
	}
	r.l.entries.First.Store(first)
	return order, nil
}

// Withdraw undoes the registration of a run that has made no call. Plans stay valid.
func (r Runs) Withdraw(ctx context.Context, run string) error {
	err := r.l.change(ctx, func(t change.Writer) error {
		if err := endRun(t, run, RunAbsorbed, ""); err != nil {
			return err
		}
		return t.KeepGeneration()
	})
	return failed("withdraw run "+run+" from the ledger", err)
}

// Absorb saves what an earlier run did after its last checkpoint, and that the run by
// continues from there. Entries may be empty.
func (r Runs) Absorb(ctx context.Context, m Checkpoint, entries []Entry, by string) error {
	err := r.l.change(ctx, func(t change.Writer) error {
		if len(entries) > 0 {
			if err := r.apply(t, m.Run, entries); err != nil {
				return err
			}
			if err := forgetAbsorbed(t, entries); err != nil {
				return err
			}
			if err := saveCheckpoint(t, m); err != nil {
				return err
			}
		}
		return endRun(t, m.Run, RunAbsorbed, by)
	})
	return failed("update the ledger", err)
}

// apply applies entries, of which new ones belong to the feed of r.
func (r Runs) apply(t change.Writer, run string, entries []Entry) (err error) {
	own := t.To
	defer func() { t.To = own }()
	if r.feed != "" {
		if t.To, err = t.FeedNumber(r.feed); err != nil {
			return err
		}
	}
	return t.Apply(run, entries)
}

// Distrust absorbs runs whose last work is unknown: no fingerprint that the scope holds is
// trusted any longer, so every user is sent once more. That includes those from runs that
// began later: one of the runs may have been continued after them. The ids and the API's
// keys stay known.
func (r Runs) Distrust(ctx context.Context, runs []string, by string) error {
	return failed("absorb runs into the ledger", r.distrust(ctx, runs, RunAbsorbed, by))
}

func (r Runs) distrust(ctx context.Context, runs []string, s RunState, by string) error {
	var distrusted int64
	err := r.l.change(ctx, func(t change.Writer) error {
		if _, err := registry.End(t, t.DB, t.SQL, runs, s, by); err != nil {
			return err
		}
		for _, run := range runs {
			if err := forgetRenames(t, run); err != nil {
				return err
			}
		}
		last, err := registry.Last(t, t.DB, t.SQL, t.ID, by)
		if err != nil {
			return err
		}
		if _, err := t.Exec(`UPDATE usersync_scope SET distrusted = ? WHERE num = ? AND distrusted < ?`, last, t.ID, last); err != nil {
			return err
		}
		return t.DB.QueryRow(t, t.SQL, `SELECT distrusted FROM usersync_scope WHERE num = ?`, t.ID).Scan(&distrusted)
	})
	if err == nil {
		r.l.entries.Distrust(distrusted)
	}
	return err
}

// Abandon gives up an unfinished run whose last work is unknown: it is never continued,
// and Distrust applies to it. It fails with an *OverError if the run is over, and with
// ErrUnknownRun if the scope does not know it.
func (r Runs) Abandon(ctx context.Context, run string) error {
	known, err := r.Find(ctx, run)
	if err != nil {
		return err
	}
	switch k, ok := known[run]; {
	case !ok:
		return ErrUnknownRun
	case k.State != RunOpen && k.State != RunStopped:
		return &OverError{Run: run, State: k.State, By: k.By}
	}
	return failed("abandon run "+run, r.distrust(ctx, []string{run}, RunAbandoned, ""))
}

// Unfinished lists the scope's open and stopped runs, of all feeds, the newest first.
func (r Runs) Unfinished(ctx context.Context) ([]Run, error) {
	scope, err := r.l.entries.Num(ctx)
	if err != nil || scope == 0 {
		return nil, failed("look up unfinished runs in the ledger", err)
	}
	runs, err := registry.Unfinished(ctx, r.l.entries.DB, r.l.entries.DB.Read, scope)
	return runs, failed("look up unfinished runs in the ledger", err)
}

// Find returns what is known about runs, by name: runs of the scope, and runs from before
// runs were registered, whose scope is unknown.
func (r Runs) Find(ctx context.Context, names ...string) (map[string]Run, error) {
	scope, err := r.l.entries.Num(ctx)
	if err != nil || scope == 0 {
		return nil, failed("look up runs in the ledger", err)
	}
	known, err := registry.Find(ctx, r.l.entries.DB, r.l.entries.DB.Read, scope, names)
	return known, failed("look up runs in the ledger", err)
}

func endRun(t change.Writer, run string, s RunState, by string) error {
	if _, err := registry.End(t, t.DB, t.SQL, []string{run}, s, by); err != nil || s == RunStopped {
		return err
	}
	return forgetRenames(t, run)
}
