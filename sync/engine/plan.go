package engine

import (
	"context"
	"fmt"

	"usersync/sync/user"
)

// planner takes the records one by one, and has each settled or sent in its turn.
type planner struct {
	job       Job
	window    *window
	collector *collector
	stop      func(error)

	decider  decider
	ids      flights
	out      outbox
	canaries *canaries
	read     int // records taken
	missing  int // of these, missing users
}

func newPlanner(j Job, p *pool, c *collector, first *canaries, stop func(error)) *planner {
	return &planner{
		job: j, window: c.window, collector: c, stop: stop,
		decider: newDecider(j), ids: newFlights(j.Names, j.Window), out: newOutbox(j, p, c),
		canaries: first, read: j.Written,
	}
}

// collect runs the planner and the collector, and returns once every outcome that can be
// written is. A panic stops the run as an error does.
func (p *planner) collect(ctx context.Context, chunks <-chan chunk) error {
	collected := make(chan struct{})
	go func() {
		defer close(collected)
		p.collector.run()
	}()
	err := p.runSafely(ctx, chunks)
	p.out.pool.end()
	close(p.collector.incoming)
	<-collected
	return err
}

func (p *planner) runSafely(ctx context.Context, chunks <-chan chunk) error {
	defer onPanic(p.stop)
	return p.run(ctx, chunks)
}

// run plans all chunks. The error is the reader's; if the run was stopped, the context
// says so.
func (p *planner) run(ctx context.Context, chunks <-chan chunk) error {
	if err := p.decider.memory.restore(p.job.Earlier); err != nil {
		return err
	}
	for {
		select {
		case c, ok := <-chunks:
			if !ok {
				p.finish(ctx)
				return p.planMissing(ctx)
			}
			if !p.acceptAll(ctx, c) {
				return nil
			}
			if c.err != nil {
				p.finish(ctx)
				return c.err
			}
		case <-p.collector.reported:
			p.drain(ctx)
		case <-ctx.Done():
			return nil
		}
	}
}

// finish sends what is gathered and waits for parked records.
func (p *planner) finish(ctx context.Context) {
	p.advanceCanaries(ctx)
	p.out.sendAll(ctx)
	for p.ids.parked > 0 && ctx.Err() == nil {
		p.waitForReport(ctx)
		p.advanceCanaries(ctx)
		p.out.sendAll(ctx)
	}
}

func (p *planner) waitForReport(ctx context.Context) {
	select {
	case <-p.collector.reported:
		p.drain(ctx)
	case <-ctx.Done():
	}
}

// acceptAll plans a chunk. It returns false if the run stops in the meantime.
func (p *planner) acceptAll(ctx context.Context, c chunk) bool {
	p.decider.memory.forget(c.checkpoint)
	for i, r := range c.records {
		if !p.accept(ctx, r, c.knownOf(i)) {
			return false
		}
	}
	c.release()
	p.out.passOn(ctx)
	return true
}

// accept takes a credit for the record, waiting if it must, and plans it. It returns
// false if the run stops in the meantime.
func (p *planner) accept(ctx context.Context, r *user.Record, known user.LedgerEntry) bool {
	if r.Origin.Record != p.read+1 {
		p.stop(&user.AccountingError{What: fmt.Sprintf("record %d was read after record %d", r.Origin.Record, p.read)})
		return false
	}
	for {
		ok, oldest := p.window.take(r)
		if ok {
			p.read = r.Origin.Record
			p.plan(ctx, r, known)
			return ctx.Err() == nil
		}
		if !p.waitForCredits(ctx, oldest) {
			return false
		}
	}
}

// waitForCredits has the oldest record settled, for which all others wait. It returns
// false if the run stops in the meantime.
func (p *planner) waitForCredits(ctx context.Context, oldest int) bool {
	p.advanceCanaries(ctx)
	p.out.passOn(ctx)
	if p.out.sendWith(ctx, oldest) {
		return true
	}
	if p.ids.blocked > 0 { // the oldest may wait for a record that is in a group
		p.out.sendAll(ctx)
	}
	select {
	case <-p.window.changed:
	case <-p.collector.reported:
		p.drain(ctx)
	case <-ctx.Done():
		return false
	}
	return true
}

// plan settles the record, parks it after an earlier one of its id, or gathers it for a
// call.
func (p *planner) plan(ctx context.Context, r *user.Record, known user.LedgerEntry) {
	if r.Origin.Elsewhere {
		p.out.settle(user.Outcome{Record: r, Status: user.Elsewhere})
		return
	}
	o, settled, err := p.decider.earlier(r, known)
	if err != nil {
		p.stop(err)
		return
	}
	if !settled {
		o, settled = p.decider.check(r, p.out.takes(r.Op))
	}
	if settled {
		p.out.settle(o)
		return
	}
	if p.ids.park(r) {
		return
	}
	sent := p.gather(ctx, nil, r, p.decider.memory.of(r.User.ID, known))
	if sent && p.canaries.active() {
		p.countCanary(ctx)
	}
}

// gather settles the record if what is known is enough. Otherwise it adds it to the group
// of its call, or lets it wait for another id, and returns true. q is the queue of its id;
// nil if that is not in flight.
func (p *planner) gather(ctx context.Context, q *idQueue, r *user.Record, known user.LedgerEntry) (sent bool) {
	if o, settled := p.decider.outcome(r, known); settled {
		p.out.settle(o)
		return false
	}
	if p.ids.enter(q, r, known) {
		p.out.add(ctx, r, p.decider.firstCall(r, known))
	}
	return true
}

// drain processes the reported outcomes, and gathers the next record of each id.
func (p *planner) drain(ctx context.Context) {
	for _, outcomes := range p.collector.takeReports() {
		for i := range outcomes {
			p.settled(ctx, &outcomes[i])
		}
	}
	p.out.passOn(ctx)
}

// settled processes an outcome, and gathers the next record of its id and those that waited
// for its names.
func (p *planner) settled(ctx context.Context, o *user.Outcome) {
	q := p.ids.of(o)
	if q == nil {
		return
	}
	p.decider.memory.learn(q.known, o)
	behind := p.ids.release(q)
	if p.canaries.active() {
		p.canaries.idle = append(p.canaries.idle, idle{q, o})
	} else {
		p.advance(ctx, q, o)
	}
	for _, other := range behind {
		if p.ids.unblock(other) {
			p.out.add(ctx, other.sent, p.decider.firstCall(other.sent, entryOf(other.known)))
		}
	}
}

// advance gathers the next record of an id, o being the outcome of the one before.
func (p *planner) advance(ctx context.Context, q *idQueue, o *user.Outcome) {
	if len(q.waiting) > 0 {
		known := p.decider.memory.after(entryOf(q.known), o)
		for r := p.ids.next(q); r != nil; r = p.ids.next(q) {
			if p.gather(ctx, q, r, known) {
				return
			}
		}
	}
	p.ids.end(q)
}
