package run

import (
	"context"

	"usersync/sync/destination/owned"
	"usersync/sync/user"
)

// keysMet is what an earlier part of a run says about whose the API's keys are.
type keysMet struct {
	known []user.Settled // outcomes that the ledger does not hold yet
	same  []string       // keys to which rows of other ids have led
}

// add keeps what an outcome says. One that the ledger holds says nothing new, unless its
// row was refused.
func (w *keysMet) add(s *user.Settled, held bool) {
	switch {
	case s.Remote == "":
	case s.Code == user.CodeSameUser:
		w.same = append(w.same, s.Remote)
	case !held:
		if len(w.known) == 2*owned.Most {
			w.known = append(w.known[:0], w.known[owned.Most:]...)
		}
		w.known = append(w.known, *s)
	}
}

// owners returns whose the keys of the API are; nil if it makes none.
func (r *Run) owners(ctx context.Context) (*owned.Owners, error) {
	if !r.Conn.Client.Traits().OwnKeys {
		return nil, nil
	}
	o := owned.Options{}
	if l := r.lease.Ledger; l != nil {
		if err := l.Identities().FindShared(ctx); err != nil {
			return nil, err
		}
		o.Holders, o.Checkpointed = l.Identities(), r.checkpointer.Checkpointed
	}
	var err error
	if r.renames, err = r.newRenames(ctx); err != nil {
		return nil, err
	}
	if r.presence != nil {
		o.Met = r.presence.Led
	}
	if r.renames != nil {
		o.Move = r.renames.Move
	}
	owners := owned.NewOwners(o)
	for i := range r.at.before.keys.known {
		owners.Know(&r.at.before.keys.known[i])
	}
	return owners, r.leads(ctx)
}

// leads tells a mirror to whose users the rows of an earlier part of the run led.
func (r *Run) leads(ctx context.Context) error {
	if r.presence == nil {
		return nil
	}
	held, err := r.lease.Ledger.Identities().HoldersOf(ctx, r.at.before.keys.same)
	if err != nil {
		return err
	}
	for _, ids := range held {
		if err := r.presence.Led(ctx, ids); err != nil {
			return err
		}
	}
	return nil
}
