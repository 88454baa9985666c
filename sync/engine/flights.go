package engine

import (
	"hash/maphash"
	"math/bits"

	"usersync/sync/user"
)

// flights are the ids in flight, so that records of one id, and records that share a name
// (Job.Names), are sent one after the other. Only the planner uses it.
type flights struct {
	names   func(*user.Record) []string // nil: no names
	seed    maphash.Seed
	slots   []*idQueue       // by the hash of the id, chained: sent and not settled
	sent    []*idQueue       // the same by ordinal, in a ring: most are found there
	named   map[string]named // by the names of what was sent
	free    []*idQueue       // for reuse
	parked  int              // records that wait
	blocked int              // of these, for a record of another id
}

// idQueue is an id in flight: the record that was sent, what was known before it, and
// the records that wait for it.
type idQueue struct {
	slot    uint64
	other   *idQueue // with the same slot
	sent    *user.Record
	known   *user.LedgerEntry // nil: nothing
	waiting []*user.Record
	names   *nameQueue // nil: no names
}

func newFlights(names func(*user.Record) []string, window int) flights {
	slots := make([]*idQueue, 1<<bits.Len(uint(2*window-1)))
	return flights{names: names, seed: maphash.MakeSeed(), slots: slots, sent: make([]*idQueue, window), named: make(map[string]named)}
}

func (f *flights) slot(id string) uint64 {
	return maphash.String(f.seed, id) & uint64(len(f.slots)-1)
}

// find returns the queue of an id; nil if it is not in flight.
func (f *flights) find(id string) *idQueue {
	q := f.slots[f.slot(id)]
	for q != nil && q.sent.User.ID != id {
		q = q.other
	}
	return q
}

// park lets a record wait for an earlier one of its id, and reports whether there is one.
func (f *flights) park(r *user.Record) bool {
	q := f.find(r.User.ID)
	if q == nil {
		return false
	}
	q.waiting = append(q.waiting, r)
	f.parked++
	return true
}

// of returns the queue of an outcome's id; nil if it is not the outcome that the id waits
// for.
func (f *flights) of(o *user.Outcome) *idQueue {
	q := f.sent[o.Record.Origin.Record%len(f.sent)]
	if q == nil || q.sent != o.Record { // a later record has its place
		q = f.find(o.Record.User.ID)
	}
	if q == nil || q.sent != o.Record || o.Status == user.Unsettled {
		return nil
	}
	return q
}

// next returns the next record that waits in a queue; nil if there is none.
func (f *flights) next(q *idQueue) *user.Record {
	if len(q.waiting) == 0 {
		return nil
	}
	r := q.waiting[0]
	q.waiting = q.waiting[1:]
	f.parked--
	return r
}

// end forgets an id that is no longer in flight.
func (f *flights) end(q *idQueue) {
	at := &f.slots[q.slot]
	for *at != q {
		at = &(*at).other
	}
	*at = q.other
	*q = idQueue{} // it may be free for long, and must not keep a record
	f.free = append(f.free, q)
}

// begin returns the queue of the id of a record that was not in flight until now.
func (f *flights) begin(r *user.Record) *idQueue {
	if len(f.free) == 0 {
		f.free = append(f.free, new(idQueue))
	}
	last := len(f.free) - 1
	q := f.free[last]
	f.free = f.free[:last]
	slot := f.slot(r.User.ID)
	q.sent, q.slot, q.other = r, slot, f.slots[slot]
	f.slots[slot] = q
	return q
}
