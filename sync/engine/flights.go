package engine

import "usersync/sync/user"

// flights are the ids in flight, so that records of one id, and records that share a name
// (Job.Names), are sent one after the other. Only the planner uses it.
type flights struct {
	names   func(*user.Record) []string // nil: no names
	ids     map[string]*idQueue         // sent and not settled
	sent    []*idQueue                  // the same by ordinal, in a ring: most are found there
	named   map[string]named            // by the names of what was sent
	free    []*idQueue                  // for reuse
	parked  int                         // records that wait
	blocked int                         // of these, for a record of another id
}

// idQueue is an id in flight: the record that was sent, what was known before it, and
// the records that wait for it.
type idQueue struct {
	sent    *user.Record
	known   user.LedgerEntry
	waiting []*user.Record
	names   nameQueue
}

func newFlights(names func(*user.Record) []string, window int) flights {
	return flights{names: names, ids: make(map[string]*idQueue), sent: make([]*idQueue, window), named: make(map[string]named)}
}

// park lets a record wait for an earlier one of its id, and reports whether there is one.
func (f *flights) park(r *user.Record) bool {
	q := f.ids[r.User.ID]
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
		q = f.ids[o.Record.User.ID]
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
func (f *flights) end(id string, q *idQueue) {
	delete(f.ids, id)
	f.free = append(f.free, q)
}

// begin returns the queue of an id that was not in flight until now.
func (f *flights) begin(id string) *idQueue {
	if len(f.free) == 0 {
		f.free = append(f.free, new(idQueue))
	}
	last := len(f.free) - 1
	q := f.free[last]
	f.free = f.free[:last]
	*q = idQueue{waiting: q.waiting[:0]}
	f.ids[id] = q
	return q
}
