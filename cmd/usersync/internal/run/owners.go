package run

import (
	"context"

	"usersync/cmd/usersync/internal/view"
	"usersync/sync/destination/owned"
	"usersync/sync/ledger"
	"usersync/sync/mirror"
)

// ownership finds out, before the first call, whose the keys of the API are.
type ownership struct {
	*base
	at           *start
	ledger       *ledger.Ledger   // nil without one
	presence     *mirror.Presence // of a mirror; nil otherwise
	checkpointed func() int
}

// owners returns whose the keys of the API are; nil if it makes none. renames is nil if the
// run renames no users.
func (o ownership) owners(ctx context.Context) (owners *owned.Owners, renames *mirror.Renames, err error) {
	if !o.Conn.Client.Traits().OwnKeys {
		return nil, nil, nil
	}
	options := owned.Options{}
	if o.ledger != nil {
		if err := o.ledger.Identities().FindShared(ctx); err != nil {
			return nil, nil, err
		}
		options.Holders, options.Checkpointed = o.ledger.Identities(), o.checkpointed
	}
	if renames, err = o.newRenames(ctx); err != nil {
		return nil, nil, err
	}
	if o.presence != nil {
		options.Met = o.presence.Led
	}
	if renames != nil {
		options.Move = renames.Move
	}
	owners = owned.NewOwners(options)
	for i := range o.at.before.Keys.Known {
		owners.Know(&o.at.before.Keys.Known[i])
	}
	return owners, renames, o.leads(ctx)
}

// leads tells a mirror to whose users the rows of an earlier part of the run led.
func (o ownership) leads(ctx context.Context) error {
	if o.presence == nil {
		return nil
	}
	held, err := o.ledger.Identities().HoldersOf(ctx, o.at.before.Keys.Same)
	if err != nil {
		return err
	}
	for _, ids := range held {
		if err := o.presence.Led(ctx, ids); err != nil {
			return err
		}
	}
	return nil
}

// mover is the ledger of a run that renames users.
func (o ownership) mover() view.Mover { return view.Mover{Ledger: o.ledger, Run: o.at.files.Run()} }
