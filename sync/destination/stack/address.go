package stack

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"usersync/sync/destination"
	"usersync/sync/user"
)

const (
	// mostWitnesses bounds the users that a run reads to prove that its address works.
	mostWitnesses = 24
	// atOnce is how many of them are read for one absence: in a large ledger a few
	// have left the API without our knowing.
	atOnce = 8
	// mostMet is how many users of this run are kept as witnesses.
	mostMet = 8
	// mostDeleted is how many deletions are kept, twice: more than a checkpoint takes, after
	// which the ledger knows them.
	mostDeleted = 20_000
)

// address is what a run knows about its address. The workers share it; one at a time
// reads witnesses, and holds turn.
type address struct {
	turn    chan struct{}
	proved  atomic.Bool // a read has found another user
	doubted atomic.Bool // an absence was left unproved
	left    int         // witnesses that may still be read
	tried   map[string]bool
}

// works reports whether a read has found another user at the address, and tries to find
// one. An error ends the run.
func (d *address) works(ctx context.Context, a Attested) (bool, error) {
	if d.proved.Load() || a.Traits().Blind {
		return d.proved.Load(), nil
	}
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	if d.proved.Load() || d.left == 0 {
		return d.proved.Load(), nil
	}
	witnesses, err := d.witnesses(ctx, a)
	if err != nil {
		return false, err
	}
	for _, w := range witnesses[:min(len(witnesses), d.left)] {
		d.left--
		d.tried[w.User.ID] = true
		found, err := a.read(ctx, w)
		if err != nil {
			return false, err
		}
		if found.exists() {
			d.proved.Store(true)
			return true, nil
		}
	}
	return false, nil
}

// witnesses returns users to read: of the ledger, and those that this run has met. Users
// that the run deletes are none.
func (d *address) witnesses(ctx context.Context, a Attested) ([]*user.Record, error) {
	skip := func(id string) bool { return d.tried[id] || a.seen.has(id) }
	var list []*user.Record
	if a.absences.Memory != nil {
		others, err := a.absences.Memory.Others(ctx, atOnce, skip)
		if err != nil {
			return nil, err
		}
		for _, o := range others {
			list = append(list, &user.Record{Op: user.Update, User: user.User{ID: o.ID}, Remote: o.Remote})
		}
	}
	for _, r := range a.seen.others() {
		if !skip(r.User.ID) {
			list = append(list, r)
		}
	}
	return slices.DeleteFunc(list, func(r *user.Record) bool { return unreadable(a.Traits(), r) }), nil
}

// unreadable reports whether the API cannot be asked about a user.
func unreadable(t destination.Traits, r *user.Record) bool { return t.FindsByKey && r.Remote == "" }

// deletions are what a run has deleted, or is about to, lately, and a few users that it
// has left there.
type deletions struct {
	mu          sync.Mutex
	now, before map[string]bool // true: the API has confirmed it
	met         []*user.Record  // users that the API took
}

func newDeletions() *deletions { return &deletions{now: map[string]bool{}} }

// begin notes the users that b deletes.
func (d *deletions) begin(b user.Batch) {
	if b.Op != user.Delete {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range b.Records {
		d.put(r.User.ID, d.now[r.User.ID] || d.before[r.User.ID])
	}
}

func (d *deletions) put(id string, confirmed bool) {
	if len(d.now) >= mostDeleted {
		d.now, d.before = map[string]bool{}, d.now
	}
	d.now[id] = confirmed
}

// learn notes the outcomes of the users of b.
func (d *deletions) learn(b user.Batch, outcomes []user.Outcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, o := range outcomes {
		r := b.Records[i]
		switch {
		case o.Status == user.Deleted && o.Code != user.CodeAlreadyAbsent:
			d.put(r.User.ID, true)
		case o.Status == user.Created, o.Status == user.Updated:
			d.meet(r, o)
		}
	}
}

func (d *deletions) meet(r *user.Record, o user.Outcome) {
	delete(d.now, r.User.ID)
	delete(d.before, r.User.ID)
	if len(d.met) == mostMet {
		return
	}
	seen := &user.Record{Op: user.Update, User: user.User{ID: r.User.ID, Attributes: slices.Clone(r.User.Attributes)}, Remote: r.Remote}
	d.met = append(d.met, seen.WithRemote(o.Remote))
}

// has reports whether the run has deleted the user, or is about to.
func (d *deletions) has(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, now := d.now[id]
	_, before := d.before[id]
	return now || before
}

// confirmed reports whether the API has confirmed to this run that it deleted the user.
func (d *deletions) confirmed(id string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now[id] || d.before[id]
}

// others returns the users that the run has met.
func (d *deletions) others() []*user.Record {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.met)
}
