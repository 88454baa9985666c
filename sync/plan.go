package sync

import (
	"context"
	"fmt"
	"time"

	"usersync/sync/user"
)

// planner decides what is done with each record. It alone knows which ids are
// under way, so that records of one id go out one after the other.
type planner struct {
	job       Job
	window    *window
	groups    groups
	pool      *pool
	collector *collector
	stop      func(error)

	read     int                       // records taken
	underWay map[string][]*user.Record // ids sent and not settled, with those that wait for them
	parked   int                       // records that wait
	settled  []user.Outcome            // settled without a call, not yet handed on
}

func newPlanner(j Job, w *window, p *pool, c *collector, stop func(error)) *planner {
	return &planner{
		job: j, window: w, pool: p, collector: c, stop: stop,
		groups:   newGroups(j.Destination.Traits(), j.BatchSize),
		underWay: make(map[string][]*user.Record),
	}
}

// run plans all chunks. The error is the reader's; a run that was stopped is
// told by the context.
func (p *planner) run(ctx context.Context, chunks <-chan chunk) error {
	for {
		select {
		case c, ok := <-chunks:
			if !ok {
				p.finish(ctx)
				return nil
			}
			for _, r := range c.records {
				if !p.admit(ctx, r) {
					return nil
				}
			}
			p.handOn()
			if c.err != nil {
				p.finish(ctx)
				return c.err
			}
		case <-p.collector.news:
			p.release(ctx)
		case <-ctx.Done():
			return nil
		}
	}
}

// finish sends what is gathered and waits for those that are parked.
func (p *planner) finish(ctx context.Context) {
	p.flush(ctx)
	for p.parked > 0 && ctx.Err() == nil {
		select {
		case <-p.collector.news:
			p.release(ctx)
			p.flush(ctx)
		case <-ctx.Done():
		}
	}
}

// admit takes a credit for the record, waiting if it must, and plans it. It is
// false when the run stopped meanwhile.
func (p *planner) admit(ctx context.Context, r *user.Record) bool {
	if r.Origin.Record != p.read+1 {
		p.stop(&AccountingError{fmt.Sprintf("record %d was read after record %d", r.Origin.Record, p.read)})
		return false
	}
	for {
		ok, oldest := p.window.take(r)
		if ok {
			p.read = r.Origin.Record
			p.plan(ctx, r)
			return ctx.Err() == nil
		}
		p.handOn()
		if g := p.groups.holding(oldest); g != nil {
			p.send(ctx, p.groups.cut(g))
			continue
		}
		select {
		case <-p.window.changed:
		case <-p.collector.news:
			p.release(ctx)
		case <-ctx.Done():
			return false
		}
	}
}

// plan settles the record, parks it behind an earlier one of its id, or gathers
// it for a call.
func (p *planner) plan(ctx context.Context, r *user.Record) {
	if r.Err == nil {
		r.Err = p.job.Destination.Check(r)
	}
	if r.Err == nil && p.groups.of(call(r.Op, user.Unsettled)) == nil {
		r.Err = &user.InvalidError{Code: "no_such_call", Rule: "the destination cannot " + string(r.Op) + " users"}
	}
	if r.Err != nil {
		p.settle(invalid(r))
		return
	}
	if waiting, busy := p.underWay[r.User.ID]; busy {
		p.underWay[r.User.ID] = append(waiting, r)
		p.parked++
		return
	}
	p.underWay[r.User.ID] = nil
	p.gather(ctx, r, user.Unsettled)
}

// gather puts the record where its call is made up. before is what became of
// the record before it of the same id, if that is known.
func (p *planner) gather(ctx context.Context, r *user.Record, before user.Status) {
	if r.Op == user.Create && held(before) {
		p.settle(user.Outcome{Record: r, Status: user.Refused, Code: user.CodeExists, At: time.Now()})
		return
	}
	group := p.groups.of(call(r.Op, before))
	if group == nil {
		group = p.groups.of(call(r.Op, user.Unsettled))
	}
	if group.add(r) {
		p.send(ctx, p.groups.cut(group))
	}
}

// call is the call that an intent begins with.
func call(intent user.Op, before user.Status) user.Op {
	switch {
	case intent != user.Upsert:
		return intent
	case held(before):
		return user.Update
	}
	return user.Create
}

// held tells that an earlier record of the same file left the user there.
func held(before user.Status) bool {
	return before == user.Created || before == user.Updated || before == user.Unchanged || before == user.Accepted
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

func (p *planner) next(ctx context.Context, o *user.Outcome) {
	id := o.Record.User.ID
	waiting, ours := p.underWay[id]
	switch {
	case !ours || o.Status == user.Unsettled || o.Record.Err != nil: // an unfit record holds no id
	case len(waiting) == 0:
		delete(p.underWay, id)
	default:
		p.underWay[id] = waiting[1:]
		p.parked--
		p.gather(ctx, waiting[0], o.Status)
	}
}

// settle keeps an outcome that needed no call.
func (p *planner) settle(o user.Outcome) {
	p.settled = append(p.settled, o)
	if len(p.settled) >= p.job.BatchSize {
		p.handOn()
	}
}

// handOn gives the collector what was settled without a call.
func (p *planner) handOn() {
	if len(p.settled) > 0 {
		p.collector.incoming <- p.settled
		p.settled = nil
	}
}

func (p *planner) flush(ctx context.Context) {
	for i := range p.groups.open {
		p.send(ctx, p.groups.cut(&p.groups.open[i]))
	}
	p.handOn()
}

func (p *planner) send(ctx context.Context, b user.Batch) {
	if len(b.Records) > 0 && ctx.Err() == nil {
		p.pool.deliver(b)
	}
}

func invalid(r *user.Record) user.Outcome {
	o := user.Outcome{Record: r, Status: user.Invalid, Detail: r.Err.Error(), At: time.Now()}
	if e, ok := r.Err.(*user.InvalidError); ok {
		o.Code = e.Code
	}
	return o
}
