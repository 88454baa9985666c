package stack

import (
	"context"
	"sync"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Dry stands in the place of all the other manners where nothing is to be sent:
// it answers what a batch would come to if every call went well, and counts the
// calls that it would take. It writes nothing.
//
// It holds in memory the ids of users whom it would change where it reads, which is
// as many as the API's rate lets it read.
//
// Halving, repeats and waits cannot be foreseen, so that Calls is the least
// number. A user whom the API holds and the ledger does not know counts as
// created.
type Dry struct {
	// API tells the traits and finds users; its Apply is never called.
	destination.API
	// Calls counts the calls that are not made: those that write, and the reads
	// that go before them.
	Calls *destination.Calls
	// Read makes these reads, and takes what they show into account: who is the
	// same is left alone, who is missing is created or refused.
	Read bool

	mu      sync.Mutex
	touched map[string]bool // users whom an earlier record changes: what a read shows of them is old by then
}

// Apply answers for b. An error can come of a read alone.
func (d *Dry) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes := make([]user.Outcome, len(b.Records))
	var reads, sent, alone int
	for i, r := range b.Records {
		o, read, err := d.look(ctx, b.Op, r)
		if err != nil {
			return nil, destination.OnlyRead(err)
		}
		if read {
			reads++
		}
		switch follows := (Upserted{d.API}).next(b.Op, &o, r); {
		case follows == user.Create:
			o = d.done(user.Create, r)
			alone++
		case o.Status == user.Unsettled:
			o = d.done(b.Op, r)
			sent++
		}
		d.touch(r, o.Status)
		outcomes[i] = o
	}
	d.count(b.Op, min(sent, 1))
	d.count(user.Create, alone)
	d.count(destination.ReadCall, reads)
	return outcomes, nil
}

func (d *Dry) count(kind user.Op, n int) {
	for range n {
		d.Calls.Count(string(kind), nil)
	}
}

// done is what the call comes to if it goes well.
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

// look tells whether the call needs a read before it. If that is made, it also
// returns what it settles, or a verdict.
func (d *Dry) look(ctx context.Context, op user.Op, r *user.Record) (o user.Outcome, needed bool, err error) {
	t := d.Traits()
	switch {
	case t.Blind:
		return o, false, nil
	case toComplete(op, r, t):
		if d.reads(r) {
			_, o, err = Merged{d.API}.complete(ctx, op, r, t)
		}
		return o, true, err
	case op != user.Create && t.OwnKeys && r.Remote == "":
		if d.reads(r) {
			o, err = Keyed{d.API}.locate(ctx, r)
		}
		return o, true, err
	}
	return o, op == user.Create && r.MaybeSent && t.Ops[op].Replay == destination.Unsafe, nil
}

// reads tells whether a read is made. It comes too early for users whom an
// earlier record would have changed by then.
func (d *Dry) reads(r *user.Record) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.Read && !d.touched[r.User.ID]
}

func (d *Dry) touch(r *user.Record, s user.Status) {
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
