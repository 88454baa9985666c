package stack

import (
	"context"
	"sync"

	"usersync/sync/destination"
	"usersync/sync/destination/owned"
	"usersync/sync/destination/verdict"
	"usersync/sync/user"
)

// Dry replaces the other middleware when nothing is to be sent. It answers what a
// batch would come to if every call succeeded, and counts the calls that it would
// take. It writes nothing.
//
// If it reads, it keeps the ids of users that it would change in memory: as many as
// the API's rate limit lets it read.
//
// It cannot predict splits, retries and waits, so Calls is a minimum. A user that
// exists in the API but not in the ledger counts as created.
type Dry struct {
	// API returns the traits and finds users; its Apply is never called.
	destination.API
	// Calls counts the calls that are not made: writes, and the reads before them.
	Calls *destination.Calls
	// Read makes these reads and uses what they show: a user that is the same is
	// left alone, one that is missing is created or refused.
	Read bool
	// Owners refuses rows whose keys are other ids'; nil refuses none.
	Owners *owned.Owners

	mu      sync.Mutex
	touched map[string]bool // users that an earlier record changes: by then a read of them is outdated
}

// Apply answers for b. Only a read can fail.
func (d *Dry) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes := make([]user.Outcome, len(b.Records))
	var reads, sent, creates int
	for i, r := range b.Records {
		o, read, err := d.look(ctx, b.Op, r)
		if err != nil {
			return nil, destination.AsNotTaken(err)
		}
		if read {
			reads++
		}
		switch followUp := (Upserted{d.API}).next(b.Op, &o, r); {
		case followUp == user.Create:
			o = d.done(user.Create, r)
			creates++
		case o.Status == user.Unsettled:
			o = d.done(b.Op, r)
			sent++
		}
		d.markTouched(r, o.Status)
		outcomes[i] = o
	}
	d.count(d.Traits().Kind(b.Op), min(sent, 1))
	d.count(user.Create, creates)
	d.count(destination.ReadCall, reads)
	return outcomes, nil
}

func (d *Dry) count(kind user.Op, n int) {
	for range n {
		d.Calls.Count(string(kind), destination.Ending{})
	}
}

// done is the outcome of the call if it succeeds.
func (d *Dry) done(op user.Op, r *user.Record) user.Outcome {
	o := user.Outcome{Record: r, Action: op, Remote: r.Remote}
	switch op {
	case user.Create:
		o.Status, o.Remote = user.Created, user.RemoteToCome
	case user.Update:
		o.Status = user.Updated
	case user.Delete:
		o.Status = user.Deleted
	}
	return o
}

// look reports whether the call needs a read first. If it makes that read, it also
// returns the outcome, if the read settles it.
func (d *Dry) look(ctx context.Context, op user.Op, r *user.Record) (o user.Outcome, needed bool, err error) {
	t := d.Traits()
	if d.Owners != nil && op != user.Create && r.OwnRemote && r.Remote != "" {
		mine, err := d.Owners.Claim(ctx, r.Remote, r)
		if err != nil || !mine {
			return verdict.SameUser(r.Remote, 0), false, err
		}
	}
	switch {
	case t.Blind:
		return o, false, nil
	case needsRead(op, r, t):
		if d.reads(r) {
			_, o, err = ReadModifyWrite{API: d.API}.complete(ctx, op, r, t)
		}
		return o, true, err
	case op != user.Create && t.OwnKeys && r.Remote == "":
		if d.reads(r) {
			o, err = Resolved{d.API}.resolve(ctx, r)
		}
		return o, true, err
	}
	return o, op == user.Create && couldMakeTwice(r, t), nil
}

// reads reports whether to make a read. It would be too early for users that an
// earlier record changes.
func (d *Dry) reads(r *user.Record) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.Read && !d.touched[r.User.ID]
}

func (d *Dry) markTouched(r *user.Record, s user.Status) {
	if !d.Read || s != user.Created && s != user.Updated && s != user.Deleted {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.touched == nil {
		d.touched = map[string]bool{}
	}
	d.touched[r.User.ID] = true
}
