package run

import (
	"context"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger"
	"usersync/sync/ledger/rowset"
	"usersync/sync/mirror"
	"usersync/sync/user"
)

// recall is what the engine asks about the past: the ledger, seen from a run.
type ledgerView struct {
	ledger   *ledger.Ledger
	full     bool             // send everything again
	marked   func() int       // the last record of the last checkpoint
	presence *mirror.Presence // nil: not of a mirror

	// For the engine's planner alone.
	unchanged rowset.Set // the users whom the planner saw unchanged
	printer   *fingerprint.Printer
	prints    []user.Fingerprint
}

// newRecall returns nil without a ledger.
func newLedgerView(l *ledger.Ledger, full bool, marked func() int, p *mirror.Presence) *ledgerView {
	if l == nil {
		return nil
	}
	return &ledgerView{ledger: l, full: full, marked: marked, presence: p, printer: l.Printer()}
}

// Look returns what is known of each id.
func (r *ledgerView) Look(ctx context.Context, ids []string) ([]user.LedgerEntry, error) {
	known, err := r.ledger.Look(ctx, ids)
	if err == nil {
		err = r.share(ctx, ids, known)
	}
	if err == nil && r.presence != nil {
		r.presence.Saw(known)
	}
	return known, err
}

// share notes users that another feed lists too: neither may delete them for the
// other.
func (r *ledgerView) share(ctx context.Context, ids []string, known []user.LedgerEntry) error {
	var both []string
	for i := range known {
		if known[i].OtherFeedOnly {
			both = append(both, ids[i])
		}
	}
	if len(both) == 0 {
		return nil
	}
	return r.ledger.Share(ctx, both)
}

// Marked is the last record whose outcome Look can see.
func (r *ledgerView) Marked() int { return r.marked() }

// Same reports whether nothing that the user carries differs from what is
// known.
func (r *ledgerView) Same(known user.LedgerEntry, u *user.User) bool {
	if r.full {
		return false
	}
	got := r.printer.Prints(r.prints, u)
	r.prints = got.Fields
	same := fingerprint.Same(known.Fingerprints, got)
	if same {
		r.unchanged.Add(known.Row)
	}
	return same
}

// After is what is known once an outcome is added.
func (r *ledgerView) After(known user.LedgerEntry, o *user.Outcome) user.LedgerEntry {
	if e, changes := ledger.EntryOf(o, r.printer); changes {
		return e.Over(known)
	}
	return known
}
