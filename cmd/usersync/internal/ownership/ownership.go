// Package ownership finds out, before the first call of a run, whose the keys of the API are, and
// which users a mirror may give a new id: from the ledger, the input, and what earlier parts of
// the run have done.
//
// It sends nothing. Start at Run.
package ownership

import (
	"context"
	"slices"

	"usersync/cmd/usersync/internal/output"
	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/terminal"
	"usersync/cmd/usersync/internal/view"
	"usersync/sync/destination/owned"
	"usersync/sync/ledger"
	"usersync/sync/mirror"
	"usersync/sync/protect"
	"usersync/sync/user"
)

// Run is a run that is about to send.
type Run struct {
	*preview.Setup
	Log       terminal.Log
	Ledger    *ledger.Ledger   // nil without one
	Presence  *mirror.Presence // of a mirror; nil otherwise
	Protected *protect.List
	Files     *output.Files
	Planned   bool // a plan is applied
	// Written, Keys and Renamed are of earlier parts of the run: the records that they have
	// written, what they say about keys, and how many users they gave a new id.
	Written int
	Keys    output.KeysMet
	Renamed int
	// Checkpointed and Share are those of owned.Options.
	Checkpointed func() int
	Share        func(ctx context.Context, remote, id string) (mine bool, err error)
}

// Owners returns whose the keys of the API are; nil if it makes none. renames is nil if the
// run renames no users.
func (r Run) Owners(ctx context.Context) (owners *owned.Owners, renames *mirror.Renames, err error) {
	if !r.Conn.Client.Traits().OwnKeys {
		return nil, nil, nil
	}
	options := owned.Options{Share: r.Share}
	if r.Ledger != nil {
		if err := r.Ledger.Identities().FindShared(ctx); err != nil {
			return nil, nil, err
		}
		options.Holders, options.Checkpointed, options.Sent = r.Ledger.Identities(), r.Checkpointed, r.sent
	}
	if renames, err = r.newRenames(ctx); err != nil {
		return nil, nil, err
	}
	if r.Presence != nil {
		options.Met = r.Presence.Led
	}
	if renames != nil {
		options.Move = renames.Move
	}
	owners = owned.NewOwners(options)
	for i := range r.Keys.Known {
		owners.Know(&r.Keys.Known[i])
	}
	for _, remote := range r.Keys.Disputed {
		owners.Dispute(remote)
	}
	return owners, renames, r.leads(ctx)
}

// keysAtOnce is how many keys are looked up at a time.
const keysAtOnce = 1000

// leads tells a mirror to whose users the rows of an earlier part of the run led.
func (r Run) leads(ctx context.Context) error {
	if r.Presence == nil {
		return nil
	}
	part := slices.Clone(r.Keys.Same)
	if r.Written > 0 {
		for remote, err := range r.Files.SameUserKeys() {
			if err != nil {
				return err
			}
			if part = append(part, remote); len(part) >= keysAtOnce {
				if err := r.lead(ctx, part); err != nil {
					return err
				}
				part = part[:0]
			}
		}
	}
	return r.lead(ctx, part)
}

// lead tells a mirror to whose users keys lead.
func (r Run) lead(ctx context.Context, remotes []string) error {
	held, err := r.Ledger.Identities().HoldersOf(ctx, remotes)
	if err != nil {
		return err
	}
	for _, ids := range held {
		if err := r.Presence.Led(ctx, ids); err != nil {
			return err
		}
	}
	return nil
}

// sent reports whether the run, or another shard of it, has sent the user of an id.
func (r Run) sent(ctx context.Context, id string) (bool, error) {
	known, err := r.Ledger.Lookup(ctx, []string{id})
	return err == nil && known[0].State == user.Present && ledger.MainRun(known[0].Run) == ledger.MainRun(r.Files.Run()), err
}

// mover is the ledger of a run that renames users.
func (r Run) mover() view.Mover { return view.Mover{Ledger: r.Ledger, Run: r.Files.Run()} }
