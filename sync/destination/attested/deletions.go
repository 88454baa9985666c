package attested

import (
	"slices"
	"sync"

	"usersync/sync/user"
)

const (
	// mostMet is how many users of this run are kept as witnesses, and how many deletions
	// as evidence.
	mostMet = 8
	// mostDeleted is how many deletions are kept, twice: more than a checkpoint takes, after
	// which the ledger knows them.
	mostDeleted = 20_000
)

// fate is the state of a user that a run deletes.
type fate uint8

const (
	inFlight  fate = iota + 1 // the delete may or may not have been carried out
	missing                   // the API found no such user
	confirmed                 // the API said that it has deleted the user
)

// deletions are the users that a run has deleted lately, or is about to, and a few that it
// has created or updated. It is safe for concurrent use.
type deletions struct {
	mu          sync.Mutex
	now, before map[string]fate
	absorbed    map[string]bool // users that a run has perhaps deleted which this one absorbs
	deleted     []string        // confirmed since they were last asked for
	met         []*user.Record  // users that the API took
}

// newDeletions starts with those of an earlier part of the run, and of runs that it absorbs:
// true is confirmed.
func newDeletions(earlier, absorbed map[string]bool) *deletions {
	d := &deletions{now: map[string]fate{}, absorbed: map[string]bool{}}
	for _, ids := range []map[string]bool{earlier, absorbed} {
		for id, sure := range ids {
			d.now[id] = inFlight
			if sure {
				d.now[id] = confirmed
			}
		}
	}
	for id, sure := range absorbed {
		d.absorbed[id] = !sure
	}
	return d
}

// begin notes the users that b deletes. A delete that an absorbed run may have made was
// perhaps sent before.
func (d *deletions) begin(b user.Batch) {
	if b.Op != user.Delete {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range b.Records {
		if d.of(r.User.ID) == 0 {
			d.put(r.User.ID, inFlight)
		}
		r.MaybeSent = r.MaybeSent || d.absorbed[r.User.ID]
	}
}

func (d *deletions) of(id string) fate { return max(d.now[id], d.before[id]) }

func (d *deletions) put(id string, f fate) {
	if len(d.now) >= mostDeleted {
		d.now, d.before = map[string]fate{}, d.now
	}
	d.now[id] = f
}

// learn notes the outcomes of the users of b, except those that settle is for.
func (d *deletions) learn(b user.Batch, outcomes []user.Outcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range outcomes {
		o, r := &outcomes[i], b.Records[i]
		switch {
		case o.Status == user.Deleted && !foundNoUser(o.Code):
			d.put(r.User.ID, confirmed)
			if len(d.deleted) < mostMet {
				d.deleted = append(d.deleted, r.User.ID)
			}
		case o.Status == user.Created, o.Status == user.Updated:
			d.meet(r, o)
		}
	}
}

// settle notes the outcome of a user that a delete did not find.
func (d *deletions) settle(id string, o user.Outcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case o.Status == user.Deleted && o.Code != user.CodeAlreadyAbsent:
		d.put(id, confirmed)
	case o.Code == user.CodeAlreadyAbsent, o.Code == user.CodeUnprovedAbsent:
		d.put(id, max(missing, d.of(id)))
	}
}

func (d *deletions) meet(r *user.Record, o *user.Outcome) {
	delete(d.now, r.User.ID)
	delete(d.before, r.User.ID)
	delete(d.absorbed, r.User.ID)
	if len(d.met) == mostMet {
		return
	}
	seen := &user.Record{Op: user.Update, User: user.User{ID: r.User.ID, Attributes: slices.Clone(r.User.Attributes)}, Remote: r.Remote}
	d.met = append(d.met, seen.WithRemote(o.Remote))
}

// has reports whether the run has deleted the user, or is about to.
func (d *deletions) has(id string) bool { return d.fateOf(id) != 0 }

// isOver reports whether the user is known to be absent.
func (d *deletions) isOver(id string) bool { return d.fateOf(id) > inFlight }

// isConfirmed reports whether the API has confirmed to this run that it deleted the user.
func (d *deletions) isConfirmed(id string) bool { return d.fateOf(id) == confirmed }

func (d *deletions) fateOf(id string) fate {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.of(id)
}

// takeDeleted returns a few users that the API has deleted since it was last called.
func (d *deletions) takeDeleted() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	ids := d.deleted
	d.deleted = nil
	return ids
}

// others returns the users that the run has met.
func (d *deletions) others() []*user.Record {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.met)
}
