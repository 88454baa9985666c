// Package view is what a run sees of the ledger, and what it tells it apart from
// checkpoints: for the engine's planner, for the proof that a user is absent, and for the
// renames of a mirror.
//
// It plans nothing and sends nothing. Start at New.
package view

import (
	"context"

	"usersync/sync/ledger"
	"usersync/sync/ledger/rowset"
	"usersync/sync/mirror"
	"usersync/sync/user"
)

// Ledger is the engine's view of the ledger during a run. It is for the planner, which is
// one goroutine.
type Ledger struct {
	ledger   *ledger.Ledger
	run      string           // that sends
	full     bool             // send every user
	marked   func() int       // the last record of the last checkpoint
	presence *mirror.Presence // nil if not a mirror

	// For the engine's planner alone.
	ledger.Comparer
	unchanged rowset.Set // users that the planner found unchanged
}

// New returns the view of run on l; nil without a ledger. full trusts nothing that the
// ledger holds. marked returns the last record of the last checkpoint. A run that is not a
// mirror has no presence.
func New(l *ledger.Ledger, run string, full bool, marked func() int, p *mirror.Presence) *Ledger {
	if l == nil {
		return nil
	}
	return &Ledger{ledger: l, run: run, full: full, marked: marked, presence: p, Comparer: ledger.NewComparer(l.Fingerprinter())}
}

// Lookup returns what is known of each id. It uses the memory of room if that is enough.
func (v *Ledger) Lookup(ctx context.Context, ids []string, room []user.LedgerEntry) ([]user.LedgerEntry, error) {
	known, err := v.ledger.LookupInto(ctx, ids, room)
	if err == nil {
		err = v.share(ctx, ids, known)
	}
	if err == nil && v.presence != nil {
		v.presence.Seen(known)
	}
	return known, err
}

// share notes users that another feed also lists: from then on neither feed may delete
// them.
func (v *Ledger) share(ctx context.Context, ids []string, known []user.LedgerEntry) error {
	var both []string
	for i := range known {
		if known[i].OtherFeedOnly {
			both = append(both, ids[i])
		}
	}
	if len(both) == 0 {
		return nil
	}
	return v.ledger.Share(ctx, both)
}

// Checkpointed is the last record whose outcome Lookup can see.
func (v *Ledger) Checkpointed() int { return v.marked() }

// Unchanged reports whether everything in u is already known to be in the API.
func (v *Ledger) Unchanged(known user.LedgerEntry, u *user.User) bool {
	if v.full {
		return false
	}
	same := !v.Differs(known, u)
	if same {
		v.unchanged.Add(known.Row)
	}
	return same
}

// Met reports whether an earlier record of this run has settled the user.
func (v *Ledger) Met(known user.LedgerEntry) bool {
	return known.State != user.Pending && (known.Run == v.run || v.unchanged.Has(known.Row))
}
