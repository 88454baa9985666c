package engine

import "usersync/sync/user"

// mostOfName is how many records of one name wait for each other. More of them are no one
// user, but share a value that says nothing, such as a placeholder.
const mostOfName = 64

// named is the last id in flight of a name, and how many there are.
type named struct {
	last *idQueue
	n    int
}

// nameQueue is the part of an idQueue that keeps records of different ids in order if
// they share a name (Job.Names): they may be one user of the API, and then the first of
// them in the input is to be the first at the API.
type nameQueue struct {
	names  []string   // of the record that was sent, or is to be sent
	ahead  int        // how many others it waits for
	behind []*idQueue // those that wait for it
}

// enter makes r the record of its id that is sent. q is the queue of the id; nil if it is
// not in flight. It returns false if r waits for records of other ids first.
func (f *flights) enter(q *idQueue, r *user.Record, known user.LedgerEntry) bool {
	if q == nil {
		q = f.begin(r)
	}
	q.sent, q.known = r, kept(known)
	f.sent[r.Origin.Record%len(f.sent)] = q
	if f.names == nil {
		return true
	}
	q.names = &nameQueue{}
	for _, name := range f.names(r) {
		before := f.named[name]
		if before.n == mostOfName || before.last == q {
			continue
		}
		if before.last != nil {
			before.last.names.behind = append(before.last.names.behind, q)
			q.names.ahead++
		}
		f.named[name] = named{q, before.n + 1}
		q.names.names = append(q.names.names, name)
	}
	if q.names.ahead > 0 {
		f.parked++
		f.blocked++
	}
	return q.names.ahead == 0
}

// release returns who waits for a record that is settled.
func (f *flights) release(q *idQueue) (behind []*idQueue) {
	if q.names == nil {
		return nil
	}
	for _, name := range q.names.names {
		if left := f.named[name]; left.n > 1 {
			f.named[name] = named{left.last, left.n - 1}
		} else {
			delete(f.named, name)
		}
	}
	behind, q.names = q.names.behind, nil
	return behind
}

// unblock notes that one of those ahead is settled. It reports whether that was the last.
func (f *flights) unblock(q *idQueue) bool {
	if q.names.ahead--; q.names.ahead > 0 {
		return false
	}
	f.parked--
	f.blocked--
	return true
}
