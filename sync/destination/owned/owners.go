// Package owned keeps apart the users of different ids, where the API makes the keys: a key
// belongs to one id of the scope. It stores nothing beyond the run; the ledger does.
//
// Start at Owners, which knows whose the keys are, and Owned, which asks it.
package owned

import (
	"context"
	"sync"

	"usersync/sync/user"
)

// Most bounds the keys that a run without a ledger remembers: some 10 MB.
const Most = 50_000

// Owners tells which id each key that an API made belongs to, for one run: a key belongs
// to one id of the scope. It remembers what the run has met until the ledger holds it, or
// the last 50,000 keys if the ledger learns none of them. It is safe for concurrent use.
type Owners struct {
	options Options

	mu    sync.Mutex
	keys  map[string]*owner
	order []string // the keys, as they were met
	// disputed are keys that the API may have given to a second user, at most Most.
	disputed map[string]bool
}

// Holders tells whose the keys that an API made are.
type Holders interface {
	// HoldersOf returns, by key, the ids that hold one of the keys.
	HoldersOf(ctx context.Context, remotes []string) (map[string][]string, error)
}

// Options are what Owners asks and tells.
type Options struct {
	Holders Holders // nil without a ledger
	// Checkpointed is the last record whose outcome Holders knows; nil if it learns none.
	Checkpointed func() int
	// Sent reports whether the run has sent the user of an id of Holders; nil reports
	// false. An error ends the run.
	Sent func(ctx context.Context, id string) (bool, error)
	// Met is told ids of the ledger to whose user a row of another id led, before that
	// row is refused; nil tells no one. An error ends the run.
	Met func(ctx context.Context, ids []string) error
	// Move may give an id of the ledger, with its key, to the record, and reports whether
	// it did; nil moves none. An error ends the run.
	Move func(ctx context.Context, id string, r *user.Record) (bool, error)
	// Share claims a key that no id of Holders has for an id, among all processes that make the
	// run, and reports whether it is the id's; nil if there are no others. An error ends the run.
	Share func(ctx context.Context, remote, id string) (mine bool, err error)
}

// owner is the id that has a key.
type owner struct {
	id     string
	record int           // the last record that needs the entry
	asking chan struct{} // closed when the ledger has been asked; nil afterwards
	free   bool          // the API has no such user now, though the ledger may still hold it
}

// NewOwners returns the keys of a run that has met none.
func NewOwners(o Options) *Owners {
	return &Owners{options: o, keys: map[string]*owner{}, disputed: map[string]bool{}}
}

// Claim gives the key to the record's id, unless it is another's, and reports whether it
// is the id's now. Of several records that claim a key at the same time, exactly one id
// gets it. The error is the ledger's or that of ctx.
func (o *Owners) Claim(ctx context.Context, remote string, r *user.Record) (mine bool, err error) {
	asking, mine, err := o.take(ctx, remote, r)
	if asking == nil || err != nil {
		return mine, err
	}
	if mine, err = o.ask(ctx, remote, r); mine && o.options.Share != nil {
		mine, err = o.options.Share(ctx, remote, r.User.ID)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	close(asking.asking)
	if asking.asking = nil; !mine {
		delete(o.keys, remote)
	}
	return mine, err
}

// ask reports whether the ledger holds the key for no other id than the record's, from now
// on.
func (o *Owners) ask(ctx context.Context, remote string, r *user.Record) (mine bool, err error) {
	others, err := o.others(ctx, remote, r.User.ID)
	if err != nil || len(others) == 0 {
		return err == nil, err
	}
	if o.options.Move != nil && len(others) == 1 {
		if r.Renamed, err = o.options.Move(ctx, others[0], r); err != nil || r.Renamed {
			return err == nil, err
		}
	}
	if o.options.Met != nil {
		err = o.options.Met(ctx, others)
	}
	return false, err
}

// take returns a new entry for the record's id, for which the ledger must be asked; nil
// if that is not needed. It waits while another record asks.
func (o *Owners) take(ctx context.Context, remote string, r *user.Record) (asking *owner, mine bool, err error) {
	for {
		o.mu.Lock()
		o.forget()
		known := o.keys[remote]
		switch {
		case known == nil:
			known = &owner{id: r.User.ID, record: r.Origin.Record, asking: make(chan struct{})}
			o.keys[remote], o.order = known, append(o.order, remote)
			o.mu.Unlock()
			return known, false, nil
		case known.asking == nil:
			mine = known.claim(r)
			o.mu.Unlock()
			return nil, mine, nil
		}
		wait := known.asking
		o.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, false, context.Cause(ctx)
		}
	}
}

// claim reports whether the key is the record's id's, who takes it if it is free.
func (k *owner) claim(r *user.Record) bool {
	if k.free {
		k.id, k.free = r.User.ID, false
	}
	if k.id != r.User.ID {
		return false
	}
	k.record = max(k.record, r.Origin.Record)
	return true
}

// Free says that the API has no user with the key any more: another id may get it.
func (o *Owners) Free(remote string, r *user.Record) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if known := o.keys[remote]; known == nil {
		o.keys[remote], o.order = &owner{record: r.Origin.Record, free: true}, append(o.order, remote)
	} else if known.asking == nil && known.id == r.User.ID {
		known.free, known.record = true, max(known.record, r.Origin.Record)
	}
}

// Know takes over what an earlier part of the run has settled. Call it before the first
// Claim, in the order of the records.
func (o *Owners) Know(s *user.Settled) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch s.Status {
	case user.Created, user.Updated, user.Unchanged, user.Accepted, user.InDoubt, user.Deleted:
		if o.keys[s.Remote] == nil {
			o.order = append(o.order, s.Remote)
		}
		o.keys[s.Remote] = &owner{id: s.ID, record: s.Record, free: s.Status == user.Deleted}
	}
}

// Dispute records that the API may have given a key to a second user, so that neither is
// changed: which of them it leads to is for a person to find out. The next run knows it from
// the ledger.
func (o *Owners) Dispute(remote string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for other := range o.disputed {
		if len(o.disputed) < Most {
			break
		}
		delete(o.disputed, other)
	}
	o.disputed[remote] = true
}

// IsDisputed reports whether Dispute was called for a key.
func (o *Owners) IsDisputed(remote string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.disputed[remote]
}

// isThere reports whether the run has met the user of another id that has the key: then the
// API has not deleted it.
func (o *Owners) isThere(ctx context.Context, remote string, r *user.Record) (bool, error) {
	o.mu.Lock()
	known := o.keys[remote]
	met := known != nil && known.asking == nil && !known.free
	o.mu.Unlock()
	if met || o.options.Sent == nil {
		return met, nil
	}
	others, err := o.others(ctx, remote, r.User.ID)
	for _, id := range others {
		if err == nil && !met {
			met, err = o.options.Sent(ctx, id)
		}
	}
	return met, err
}

// IsAnothers reports whether the key is another id's. If it is no one's, the record's id
// does not get it.
func (o *Owners) IsAnothers(ctx context.Context, remote string, r *user.Record) (anothers bool, err error) {
	o.mu.Lock()
	known := o.keys[remote]
	if known != nil && known.asking == nil {
		defer o.mu.Unlock()
		return !known.free && known.id != r.User.ID, nil
	}
	o.mu.Unlock()
	mine, err := o.ask(ctx, remote, r)
	return !mine, err
}

// others returns the ids that hold the key in the ledger, without the given one.
func (o *Owners) others(ctx context.Context, remote, id string) (others []string, err error) {
	if o.options.Holders == nil {
		return nil, nil
	}
	held, err := o.options.Holders.HoldersOf(ctx, []string{remote})
	for _, holder := range held[remote] {
		if holder != id {
			others = append(others, holder)
		}
	}
	return others, err
}
