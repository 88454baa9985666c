package run

import (
	"context"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger"
	"usersync/sync/ledger/rowset"
	"usersync/sync/mirror"
	"usersync/sync/user"
)

// ledgerView is the engine's view of the ledger during a run.
type ledgerView struct {
	ledger   *ledger.Ledger
	run      string           // that sends
	full     bool             // send every user
	marked   func() int       // the last record of the last checkpoint
	presence *mirror.Presence // nil if not a mirror

	// For the engine's planner alone.
	unchanged     rowset.Set // users that the planner found unchanged
	fingerprinter *fingerprint.Fingerprinter
	fields        []user.Fingerprint
}

// newLedgerView returns nil without a ledger.
func newLedgerView(l *ledger.Ledger, run string, full bool, marked func() int, p *mirror.Presence) *ledgerView {
	if l == nil {
		return nil
	}
	return &ledgerView{ledger: l, run: run, full: full, marked: marked, presence: p, fingerprinter: l.Fingerprinter()}
}

// Lookup returns what is known of each id.
func (r *ledgerView) Lookup(ctx context.Context, ids []string) ([]user.LedgerEntry, error) {
	known, err := r.ledger.Lookup(ctx, ids)
	if err == nil {
		err = r.share(ctx, ids, known)
	}
	if err == nil && r.presence != nil {
		r.presence.Seen(known)
	}
	return known, err
}

// share notes users that another feed also lists: from then on neither feed may delete
// them.
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

// Checkpointed is the last record whose outcome Lookup can see.
func (r *ledgerView) Checkpointed() int { return r.marked() }

// Unchanged reports whether everything in u is already known to be in the API.
func (r *ledgerView) Unchanged(known user.LedgerEntry, u *user.User) bool {
	if r.full {
		return false
	}
	got := r.fingerprinter.Fingerprints(r.fields, u)
	r.fields = got.Fields
	same := fingerprint.Same(known.Fingerprints, got)
	if same {
		r.unchanged.Add(known.Row)
	}
	return same
}

// Met reports whether an earlier record of this run has settled the user.
func (r *ledgerView) Met(known user.LedgerEntry) bool {
	return known.State != user.Pending && (known.Run == r.run || r.unchanged.Has(known.Row))
}

// Differs reports whether u carries something that the API is not known to hold.
func (r *ledgerView) Differs(known user.LedgerEntry, u *user.User) bool {
	got := r.fingerprinter.Fingerprints(r.fields, u)
	r.fields = got.Fields
	return !fingerprint.Same(known.Fingerprints, got)
}

// Apply returns what is known after an outcome.
func (r *ledgerView) Apply(known user.LedgerEntry, o *user.Outcome) user.LedgerEntry {
	if e, changes := ledger.EntryOf(o, r.fingerprinter); changes {
		return e.ApplyTo(known)
	}
	return known
}
