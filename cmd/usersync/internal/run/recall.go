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
type recall struct {
	ledger   *ledger.Ledger
	full     bool             // send everything again
	marked   func() int       // the last record of the last checkpoint
	presence *mirror.Presence // nil: not of a mirror

	// For the engine's planner alone.
	unchanged rowset.Set // the users whom the planner saw unchanged
	printer   *fingerprint.Printer
	prints    []user.Print
}

// newRecall returns nil without a ledger.
func newRecall(l *ledger.Ledger, full bool, marked func() int, p *mirror.Presence) *recall {
	if l == nil {
		return nil
	}
	return &recall{ledger: l, full: full, marked: marked, presence: p, printer: l.Printer()}
}

// Look returns what is known of each id.
func (r *recall) Look(ctx context.Context, ids []string) ([]user.Known, error) {
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
func (r *recall) share(ctx context.Context, ids []string, known []user.Known) error {
	var both []string
	for i := range known {
		if known[i].Elsewhere {
			both = append(both, ids[i])
		}
	}
	if len(both) == 0 {
		return nil
	}
	return r.ledger.Share(ctx, both)
}

// Marked is the last record whose outcome Look can see.
func (r *recall) Marked() int { return r.marked() }

// Same reports whether nothing that the user carries differs from what is
// known.
func (r *recall) Same(known user.Known, u *user.User) bool {
	if r.full {
		return false
	}
	got := r.printer.Prints(r.prints, u)
	r.prints = got.Fields
	same := fingerprint.Same(known.Prints, got)
	if same {
		r.unchanged.Add(known.Row)
	}
	return same
}

// After is what is known once an outcome is added.
func (r *recall) After(known user.Known, o *user.Outcome) user.Known {
	if e, changes := ledger.EntryOf(o, r.printer); changes {
		return e.Over(known)
	}
	return known
}
