package plan

import (
	"context"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger"
	"usersync/sync/ledger/rowset"
	"usersync/sync/user"
)

// Overlay is what a plan knows about users: what the ledger holds, overlaid with what the
// plan itself would have done by then. It writes nothing to the ledger.
//
// It serves as the ledger of an engine's job and as one of its results: any goroutine may
// call Lookup and Checkpointed, one may call Write, and only the engine's planner the rest.
type Overlay struct {
	ledger *ledger.Ledger // nil if there is none yet: no user is known
	full   bool
	spill  *spill
	onSeen func([]user.LedgerEntry)

	ledger.Comparer
	differs   []user.Field
	changes   Changes
	unchanged rowset.Set
}

// OverlayOptions say what an Overlay is based on.
type OverlayOptions struct {
	Ledger *ledger.Ledger // nil if there is none yet
	Full   bool           // every user is sent, whatever the ledger knows
	// OnSeen is called, if set, with what the ledger knows about ids of the input.
	OnSeen func([]user.LedgerEntry)
}

// NewOverlay returns an Overlay of nothing but the ledger. Close it after use.
func NewOverlay(o OverlayOptions) *Overlay {
	v := &Overlay{ledger: o.Ledger, full: o.Full, onSeen: o.OnSeen}
	if o.Ledger == nil {
		key := fingerprint.NewKey()
		v.Comparer, v.spill = ledger.NewComparer(fingerprint.NewFingerprinter(key)), &spill{fingerprinter: fingerprint.NewFingerprinter(key)}
		return v
	}
	v.Comparer, v.spill = ledger.NewComparer(o.Ledger.Fingerprinter()), &spill{fingerprinter: o.Ledger.Fingerprinter()}
	return v
}

// Changes returns what would change at the destination. Call it once the engine is done.
func (v *Overlay) Changes() *Changes { return &v.changes }

// Write records an outcome, in the order of the records. If there is no room for what it
// keeps, the error is a *SpillError.
func (v *Overlay) Write(o *user.Outcome) error { return v.spill.write(o) }

// Close removes what it keeps.
func (v *Overlay) Close() error { return v.spill.close() }

// Lookup returns what would be known of each id. It uses the memory of room if that is enough.
func (v *Overlay) Lookup(ctx context.Context, ids []string, room []user.LedgerEntry) (known []user.LedgerEntry, err error) {
	if v.ledger == nil {
		known = make([]user.LedgerEntry, len(ids))
	} else if known, err = v.ledger.LookupInto(ctx, ids, room); err != nil {
		return nil, err
	}
	if v.onSeen != nil {
		v.onSeen(known)
	}
	return known, v.spill.over(ctx, ids, known)
}

// Lookalikes returns, by id, the users who would be known and whose ids look like one of the
// given ids. Of those that only the plan has made, it shows what Lookup can see.
func (v *Overlay) Lookalikes(ctx context.Context, ids []string) (map[string][]ledger.Lookalike, error) {
	found := map[string][]ledger.Lookalike{}
	for _, l := range []*ledger.Ledger{v.ledger, v.spill.ledger.Load()} {
		if l == nil {
			continue
		}
		some, err := l.Identities().Lookalikes(ctx, ids)
		if err != nil {
			return nil, err
		}
		for id, like := range some {
			if l != v.ledger {
				like = v.spill.lookalikes(like)
			}
			found[id] = append(found[id], like...)
		}
	}
	return found, nil
}

// FirstNew returns the first row of the ledger that is new to a run.
func (v *Overlay) FirstNew(ctx context.Context) (int64, error) {
	if v.ledger == nil {
		return 1, nil
	}
	return v.ledger.Identities().FirstNew(ctx)
}

// Checkpointed returns the last record whose outcome Lookup can see.
func (v *Overlay) Checkpointed() int { return int(v.spill.checkpointed.Load()) }

// Unchanged reports whether everything in u is already known, and counts what is not.
func (v *Overlay) Unchanged(known user.LedgerEntry, u *user.User) bool {
	v.differs = fingerprint.Differs(v.differs[:0], known.Fingerprints, v.Fingerprints(u))
	v.changes.add(known.Fingerprints, v.differs)
	if len(v.differs) == 0 {
		v.unchanged.Add(known.Row)
	}
	return !v.full && len(v.differs) == 0
}

// Met reports whether an earlier record of the plan has settled the user: what only the plan
// knows has no run.
func (v *Overlay) Met(known user.LedgerEntry) bool {
	return known.State != user.Absent && known.State != user.Pending && known.Run == "" || v.unchanged.Has(known.Row)
}
