package plan

import (
	"context"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// Overlay is what a plan knows about users: what the ledger tells, and over it what
// the plan itself would have done by then. It writes nothing to the ledger.
//
// It is the ledger of an engine's job, and one of its results: Look and Marked may be
// called by any goroutine, Write by one, and the rest by the engine's planner alone.
type Overlay struct {
	ledger *ledger.Ledger // nil: there is none yet, and no user is known
	full   bool
	spill  *spill
	saw    func([]user.LedgerEntry)

	printer *fingerprint.Printer
	prints  []user.Fingerprint
	differs []user.Field
	changes Changes
}

// OverlayOptions say what an Overlay lies over.
type OverlayOptions struct {
	Ledger *ledger.Ledger // nil: there is none yet
	Full   bool           // every user is sent, whatever the ledger knows
	// Saw is told what the ledger knows about the ids of the input; nil is not told.
	Saw func([]user.LedgerEntry)
}

// NewOverlay returns an Overlay without anything of its own. Close it.
func NewOverlay(o OverlayOptions) *Overlay {
	v := &Overlay{ledger: o.Ledger, full: o.Full, saw: o.Saw}
	if o.Ledger == nil {
		key := fingerprint.NewKey()
		v.printer, v.spill = fingerprint.NewPrinter(key), &spill{printer: fingerprint.NewPrinter(key)}
		return v
	}
	v.printer, v.spill = o.Ledger.Printer(), &spill{printer: o.Ledger.Printer()}
	return v
}

// Changes counts what would be another value at the destination. It may be asked
// once the engine is done.
func (v *Overlay) Changes() *Changes { return &v.changes }

// Write notes an outcome, in the order of the records. Where there is no room for
// what it keeps, the error is a *SpillError.
func (v *Overlay) Write(o user.Outcome) error { return v.spill.write(o) }

// Close removes what it keeps.
func (v *Overlay) Close() error { return v.spill.close() }

// Look returns what would be known of each id.
func (v *Overlay) Lookup(ctx context.Context, ids []string) ([]user.LedgerEntry, error) {
	known := make([]user.LedgerEntry, len(ids))
	if v.ledger != nil {
		var err error
		if known, err = v.ledger.Look(ctx, ids); err != nil {
			return nil, err
		}
	}
	if v.saw != nil {
		v.saw(known)
	}
	return known, v.spill.over(ctx, ids, known)
}

// Marked is the last record whose outcome Look can see.
func (v *Overlay) Checkpointed() int { return int(v.spill.marked.Load()) }

// Same reports whether nothing that the user carries differs from what is known,
// and counts what does.
func (v *Overlay) Unchanged(known user.LedgerEntry, u *user.User) bool {
	got := v.printer.Prints(v.prints, u)
	v.prints = got.Fields
	v.differs = fingerprint.Differs(v.differs[:0], known.Fingerprints, got)
	v.changes.add(known.Fingerprints, v.differs)
	return !v.full && len(v.differs) == 0
}

// After is what would be known once an outcome is added.
func (v *Overlay) Apply(known user.LedgerEntry, o *user.Outcome) user.LedgerEntry {
	if e, changes := ledger.EntryOf(o, v.printer); changes {
		return e.Over(known)
	}
	return known
}
