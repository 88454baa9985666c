package stack

import (
	"hash/maphash"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"usersync/sync/user"
)

// Quiet is when calls for a user that had no answer are over. It is safe for concurrent use, and
// nil is a Quiet that is over.
type Quiet struct {
	timeout time.Duration
	seed    maphash.Seed

	mu    sync.Mutex
	until time.Time             // of all users who were perhaps created
	ids   map[uint64]unanswered // of single users, by a hash of their ids

	extended atomic.Bool // it lasts, or has lasted, for single users
}

// unanswered is a call for a user that had no answer.
type unanswered struct {
	until time.Time // when it is over
	by    int       // the record that may repeat it at once; 0 if none may
}

// mostQuiet is of how many users Quiet knows that their calls have just ended. If there are
// more, it lasts for all who were perhaps created.
const mostQuiet = 10_000

// NewQuiet returns a Quiet for a process that began at a time: a call of the process before it
// is over one timeout later.
func NewQuiet(began time.Time, timeout time.Duration) *Quiet {
	return &Quiet{timeout: timeout, seed: maphash.MakeSeed(), until: began.Add(timeout), ids: map[uint64]unanswered{}}
}

// Expect notes that a call of the process before, for the user of an id, had no answer: a further row
// of the user is not sent before it is over. The record by may repeat it; 0 if none may. Ended is when
// that process ended; zero if it was killed. Call it before the first call.
func (q *Quiet) Expect(id string, by int, ended time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.extended.Store(true)
	until := q.until
	if over := ended.Add(q.timeout); !ended.IsZero() && over.Before(until) {
		until = over
	}
	key := maphash.String(q.seed, id)
	if other, also := q.ids[key]; also { // of another process
		by = 0
		if other.until.After(until) {
			until = other.until
		}
	}
	q.ids[key] = unanswered{until, by}
}

// extend notes that a call for a user has just ended without an answer.
func (q *Quiet) extend(r *user.Record) {
	if q == nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.extended.Store(true)
	now := time.Now()
	if len(q.ids) >= mostQuiet {
		maps.DeleteFunc(q.ids, func(_ uint64, u unanswered) bool { return !u.until.After(now) })
	}
	if until := now.Add(q.timeout); len(q.ids) < mostQuiet {
		q.ids[q.key(r)] = unanswered{until: until}
	} else {
		q.until = until
	}
}

// left is how long it lasts yet for the user of a record, who was perhaps created before.
func (q *Quiet) left(r *user.Record, perhapsCreated bool) time.Duration {
	if q == nil || !perhapsCreated && !q.extended.Load() { // as nearly always
		return 0
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	var until time.Time
	if perhapsCreated {
		until = q.until
	}
	if own := q.ids[q.key(r)]; own.until.After(until) && (own.by == 0 || own.by != r.Origin.Record) {
		until = own.until
	}
	return min(time.Until(until), q.timeout)
}

func (q *Quiet) key(r *user.Record) uint64 { return maphash.String(q.seed, r.User.ID) }
