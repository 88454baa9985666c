package run

import (
	"context"
	"slices"

	"usersync/cmd/usersync/internal/view"
	"usersync/sync/destination/owned"
	"usersync/sync/ledger"
	"usersync/sync/mirror"
	"usersync/sync/user"
)

// ownership finds out, before the first call, whose the keys of the API are.
type ownership struct {
	*base
	at           *start
	ledger       *ledger.Ledger   // nil without one
	presence     *mirror.Presence // of a mirror; nil otherwise
	checkpointed func() int
	shard        *shard // nil if the run is not made in shards
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
		options.Holders, options.Checkpointed, options.Sent = o.ledger.Identities(), o.checkpointed, o.sent
	}
	if o.shard != nil {
		options.Share = o.ledger.Shards(o.shard.job).Own
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
	for _, remote := range o.at.before.Keys.Disputed {
		owners.Dispute(remote)
	}
	return owners, renames, o.leads(ctx)
}

// keysAtOnce is how many keys are looked up at a time.
const keysAtOnce = 1000

// leads tells a mirror to whose users the rows of an earlier part of the run led.
func (o ownership) leads(ctx context.Context) error {
	if o.presence == nil {
		return nil
	}
	part := slices.Clone(o.at.before.Keys.Same)
	if o.at.Written > 0 {
		for remote, err := range o.at.files.SameUserKeys() {
			if err != nil {
				return err
			}
			if part = append(part, remote); len(part) >= keysAtOnce {
				if err := o.lead(ctx, part); err != nil {
					return err
				}
				part = part[:0]
			}
		}
	}
	return o.lead(ctx, part)
}

// lead tells a mirror to whose users keys lead.
func (o ownership) lead(ctx context.Context, remotes []string) error {
	held, err := o.ledger.Identities().HoldersOf(ctx, remotes)
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

// sent reports whether the run, or another shard of it, has sent the user of an id.
func (o ownership) sent(ctx context.Context, id string) (bool, error) {
	known, err := o.ledger.Lookup(ctx, []string{id})
	return err == nil && known[0].State == user.Present && ledger.MainRun(known[0].Run) == ledger.MainRun(o.at.files.Run()), err
}

// mover is the ledger of a run that renames users.
func (o ownership) mover() view.Mover { return view.Mover{Ledger: o.ledger, Run: o.at.files.Run()} }
