package main

import (
	"context"

	"usersync/sync/ledger"
	"usersync/sync/user"
)

// secretFields is how all secrets together are called where fields are named.
const secretFields = ledger.Secrets

// foresight is what a plan knows of users: what the ledger tells, and over it
// what the plan itself would have done by then. It writes nothing to the ledger.
type foresight struct {
	ledger  *ledger.Ledger // nil: it is not there yet, and nobody is known
	full    bool
	scratch *scratch
	// attendance notes whom the input lists, for a mirror; else nil.
	attendance *attendance

	// For the engine's planner alone.
	printer *ledger.Printer
	prints  []user.Print
	differs []user.Field
	changes changes
}

func newForesight(ctx context.Context, l *ledger.Ledger, full bool) *foresight {
	f := &foresight{ledger: l, full: full}
	if l == nil {
		key := ledger.NewKey()
		f.printer, f.scratch = ledger.NewPrinter(key), newScratch(ctx, ledger.NewPrinter(key))
		return f
	}
	f.printer, f.scratch = l.Printer(), newScratch(ctx, l.Printer())
	return f
}

// Look returns what would be known of each id.
func (f *foresight) Look(ctx context.Context, ids []string) ([]user.Known, error) {
	known := make([]user.Known, len(ids))
	if f.ledger != nil {
		var err error
		if known, err = f.ledger.Look(ctx, ids); err != nil {
			return nil, err
		}
	}
	if f.attendance != nil {
		f.attendance.saw(known)
	}
	return known, f.scratch.over(ctx, ids, known)
}

// Marked is the last record whose outcome Look can see.
func (f *foresight) Marked() int { return int(f.scratch.marked.Load()) }

// Same reports whether nothing that the user carries differs from what is known,
// and counts what does.
func (f *foresight) Same(known user.Known, u *user.User) bool {
	got := f.printer.Prints(f.prints, u)
	f.prints = got.Fields
	f.differs = ledger.Differs(f.differs[:0], known.Prints, got)
	f.changes.add(known.Prints, f.differs)
	return !f.full && len(f.differs) == 0
}

// After is what would be known once an outcome is added.
func (f *foresight) After(known user.Known, o *user.Outcome) user.Known {
	if e, changes := ledger.EntryOf(o, f.printer); changes {
		return e.Over(known)
	}
	return known
}
