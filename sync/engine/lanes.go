package engine

import (
	"context"

	"usersync/sync/user"
)

// lane is an id that is under way: the record that was sent, what was known
// before, and the records that wait.
type lane struct {
	sent    *user.Record
	known   user.LedgerEntry
	waiting []*user.Record
}

// release takes note of what was settled, and gathers the next of each id.
func (p *planner) release(ctx context.Context) {
	for _, outcomes := range p.collector.fetchNews() {
		for i := range outcomes {
			p.next(ctx, &outcomes[i])
		}
	}
	p.handOn()
}

// next takes note of an outcome and gathers the next record of its id.
func (p *planner) next(ctx context.Context, o *user.Outcome) {
	id := o.Record.User.ID
	l := p.underWay[id]
	if l == nil || l.sent != o.Record || o.Status == user.Unsettled {
		return
	}
	known := p.memory.learn(l.known, o)
	for len(l.waiting) > 0 {
		r := l.waiting[0]
		l.waiting = l.waiting[1:]
		p.parked--
		if p.gather(ctx, r, known) {
			return
		}
	}
	delete(p.underWay, id)
	p.spare = append(p.spare, l)
}

func (l *lane) take(r *user.Record, known user.LedgerEntry) { l.sent, l.known = r, known }

// laneOf returns the lane of an id, a new one where the id is not under way.
func (p *planner) laneOf(id string) *lane {
	if l := p.underWay[id]; l != nil {
		return l
	}
	if len(p.spare) == 0 {
		p.spare = append(p.spare, new(lane))
	}
	last := len(p.spare) - 1
	l := p.spare[last]
	p.spare = p.spare[:last]
	*l = lane{waiting: l.waiting[:0]}
	p.underWay[id] = l
	return l
}
