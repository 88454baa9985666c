package engine

import (
	"context"
	"slices"

	"usersync/sync/user"
)

// idQueue is an id in flight: the record that was sent, what was known before it, and
// the records that wait for it. While the id itself waits for another one that may be
// the same user of the API, nothing is sent.
type idQueue struct {
	sent    *user.Record
	known   user.LedgerEntry
	waiting []*user.Record
	names   []string // of sent (Job.Names)
	blocked []string // the ids that wait for this one
}

// drain processes the reported outcomes, and gathers the next record of each id.
func (p *planner) drain(ctx context.Context) {
	for _, outcomes := range p.collector.takeReports() {
		for i := range outcomes {
			p.next(ctx, &outcomes[i])
		}
	}
	p.flush()
}

// next processes an outcome and gathers the next record of its id.
func (p *planner) next(ctx context.Context, o *user.Outcome) {
	id := o.Record.User.ID
	q := p.inFlight[id]
	if q == nil || q.sent != o.Record || o.Status == user.Unsettled {
		return
	}
	known, blocked := p.memory.learn(q.known, o), q.blocked
	for _, name := range q.names {
		delete(p.named, name)
	}
	q.names, q.blocked = nil, nil
	p.advance(ctx, id, q, known)
	for _, other := range blocked {
		q := p.inFlight[other]
		p.advance(ctx, other, q, q.known)
	}
}

// advance gathers the next record of an id.
func (p *planner) advance(ctx context.Context, id string, q *idQueue, known user.LedgerEntry) {
	for len(q.waiting) > 0 {
		r := q.waiting[0]
		q.waiting = q.waiting[1:]
		p.parked--
		if p.gather(ctx, r, known) {
			return
		}
	}
	delete(p.inFlight, id)
	p.free = append(p.free, q)
}

func (l *idQueue) set(r *user.Record, known user.LedgerEntry) { l.sent, l.known = r, known }

// enter puts the record into the queue of its id, as the one that is sent. If a record of
// another id is in flight that may be the same user of the API, the record waits for that
// one instead, so that the first of them in the input is the first at the API.
func (p *planner) enter(r *user.Record, known user.LedgerEntry) (sent bool) {
	var names []string
	if p.job.Names != nil {
		names = p.job.Names(r)
	}
	q := p.queueOf(r.User.ID)
	for _, name := range names {
		if first := p.named[name]; first != nil && first != q {
			first.blocked = append(first.blocked, r.User.ID)
			q.set(nil, known)
			q.waiting = slices.Insert(q.waiting, 0, r)
			p.parked++
			return false
		}
	}
	q.set(r, known)
	for _, name := range names {
		p.named[name] = q
	}
	q.names = names
	return true
}

// queueOf returns the queue of an id, a new one if the id is not in flight.
func (p *planner) queueOf(id string) *idQueue {
	if q := p.inFlight[id]; q != nil {
		return q
	}
	if len(p.free) == 0 {
		p.free = append(p.free, new(idQueue))
	}
	last := len(p.free) - 1
	q := p.free[last]
	p.free = p.free[:last]
	*q = idQueue{waiting: q.waiting[:0]}
	p.inFlight[id] = q
	return q
}
