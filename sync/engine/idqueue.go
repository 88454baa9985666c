package engine

import (
	"context"

	"usersync/sync/user"
)

// idQueue is an id in flight: the record that was sent, what was known before it, and
// the records that wait for it.
type idQueue struct {
	sent    *user.Record
	known   user.LedgerEntry
	waiting []*user.Record
	names   nameQueue
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
	known := p.memory.learn(q.known, o)
	behind := p.release(q)
	p.advance(ctx, id, q, known)
	for _, other := range behind {
		p.unblock(ctx, other)
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
