package attested

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"
	"time"

	"usersync/sync/destination"
	"usersync/sync/user"
)

const (
	// mostFailures bounds the users that a run reads and does not find, to prove its address.
	mostFailures = 24
	// atOnce is how many users are read for one absence: in a large ledger a few have left
	// the API without our knowing.
	atOnce = 8
	// A proof is for so many absences and so long: an address can stop working.
	proofCovers = 100
	proofLasts  = time.Minute
)

// verdict is what is known about an address.
type verdict uint8

const (
	unknown      verdict = iota // there was no user to read
	proved                      // it shows a user of the ledger, or of this run
	contradicted                // it shows none of those that were read
)

// address is what a run knows about its address. The workers share it; one at a time
// holds turn, which guards the rest.
type address struct {
	doubted atomic.Bool // an absence was left unproved
	turn    chan struct{}
	until   time.Time    // when the last proof ends
	covers  int          // how many absences it still covers
	witness *user.Record // who was found last
	state   verdict      // without a proof
	left    int          // users that may still be read and not found
	tried   map[string]bool
}

func newAddress() *address {
	return &address{turn: make(chan struct{}, 1), left: mostFailures, tried: map[string]bool{}}
}

// check says whether the address works, and reads users other than the given one there to
// find out. An error ends the run.
func (d *address) check(ctx context.Context, a Attested, id string) (verdict, error) {
	if a.Traits().Blind {
		return unknown, nil
	}
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return unknown, context.Cause(ctx)
	}
	if d.covers > 0 && time.Now().Before(d.until) {
		d.covers--
		return proved, nil
	}
	works, err := d.hasDeleted(ctx, a)
	if err == nil && !works && d.left > 0 {
		works, err = d.readOthers(ctx, a, id)
	}
	if err != nil || !works {
		return d.state, err
	}
	d.until, d.covers, d.state = time.Now().Add(proofLasts), proofCovers-1, unknown
	return proved, nil
}

// hasDeleted reports whether the API has just deleted a user of the ledger for this run:
// the address works then, even if no user is left to read.
func (d *address) hasDeleted(ctx context.Context, a Attested) (bool, error) {
	for _, id := range a.seen.takeDeleted() {
		if a.absences.Memory == nil {
			return false, nil
		}
		if knew, err := a.absences.Memory.Knew(ctx, id); knew || err != nil {
			return knew, err
		}
	}
	return false, nil
}

// readOthers reads users until one is found.
func (d *address) readOthers(ctx context.Context, a Attested, id string) (bool, error) {
	witnesses, err := d.witnesses(ctx, a, id)
	if err != nil {
		return false, err
	}
	if len(witnesses) == 0 {
		d.left-- // the next question to the ledger would hardly find more
	}
	for _, w := range witnesses {
		found, err := a.read(ctx, w)
		switch {
		case err != nil:
			return false, err
		case found.exists():
			d.witness = w
			return true, nil
		case found.Presence == destination.Absent && !a.seen.has(w.User.ID): // otherwise we may have deleted it
			d.state = contradicted
		}
		d.tried[w.User.ID] = true
		if d.left--; d.left == 0 {
			break
		}
	}
	return false, nil
}

// witnesses returns users to read: who was found before, others of the ledger, and those
// that this run has met. Users that the run has deleted are none, and those that it is
// deleting come last.
func (d *address) witnesses(ctx context.Context, a Attested, self string) ([]*user.Record, error) {
	skip := func(id string) bool { return id == self || d.tried[id] || a.seen.isOver(id) }
	var list []*user.Record
	if d.witness != nil && !skip(d.witness.User.ID) {
		list = append(list, d.witness)
	}
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
	list = slices.DeleteFunc(list, func(r *user.Record) bool { return a.Traits().FindsByKey && r.Remote == "" })
	slices.SortStableFunc(list, func(x, y *user.Record) int {
		return cmp.Compare(a.seen.fateOf(x.User.ID), a.seen.fateOf(y.User.ID))
	})
	return list, nil
}
