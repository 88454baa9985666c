package engine

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

	ownKeys  bool             // the API makes the keys of its users
	read     int              // records taken
	absent   int              // of these, not of the input
	memory   memory           // what the destination holds, as far as is known
	underWay map[string]*lane // ids sent and not settled
	spare    []*lane          // to be used again
	parked   int              // records that wait
	settled  []user.Outcome   // settled without a call, not yet handed on
}

func newPlanner(j Job, w *window, p *pool, c *collector, stop func(error)) *planner {
	return &planner{
		job: j, window: w, pool: p, collector: c, stop: stop,
		groups:   newGroups(j.Destination.Traits(), j.BatchSize),
		ownKeys:  j.Destination.Traits().OwnKeys,
		read:     j.From,
		memory:   newMemory(j.Ledger),
		underWay: make(map[string]*lane),
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
				return p.goOnWithAbsent(ctx)
			}
			if !p.admitAll(ctx, c) {
				return nil
			}
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

// admitAll plans a chunk. It is false when the run stopped meanwhile.
func (p *planner) admitAll(ctx context.Context, c chunk) bool {
	p.memory.seen(c.marked)
	for i, r := range c.records {
		if !p.admit(ctx, r, c.knownOf(i)) {
			return false
		}
	}
	p.handOn()
	return true
}

// admit takes a credit for the record, waiting if it must, and plans it. It is
// false when the run stopped meanwhile.
func (p *planner) admit(ctx context.Context, r *user.Record, known user.LedgerEntry) bool {
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
func (p *planner) plan(ctx context.Context, r *user.Record, known user.LedgerEntry) {
	if p.wasSettled(r, known) {
		return
	}
	if r.Err == nil {
		r.Err = p.job.Destination.Check(r)
	}
	if r.Err == nil && p.groups.of(call(r.Op, user.Absent)) == nil {
		r.Err = &user.InvalidError{Code: "no_such_call", Rule: "the destination cannot " + string(r.Op) + " users"}
	}
	if r.Err != nil {
		p.settle(invalid(r))
		return
	}
	if l, busy := p.underWay[r.User.ID]; busy {
		l.waiting = append(l.waiting, r)
		p.parked++
		return
	}
	p.gather(ctx, r, p.memory.of(r.User.ID, known))
}

// wasSettled hands on the outcome that an earlier start of this run already had
// for the record.
func (p *planner) wasSettled(r *user.Record, known user.LedgerEntry) bool {
	if p.job.Earlier == nil || r.Origin.Record > p.job.Maybe {
		return false
	}
	o, settled, err := p.job.Earlier(r)
	if err != nil {
		p.stop(err)
		return true
	}
	if !settled {
		r.MaybeSent = p.job.Sent == nil || p.job.Sent(r)
		return false
	}
	r.IntentRecorded = known.State == user.Pending
	p.memory.learn(p.memory.of(r.User.ID, known), &o)
	p.settle(o)
	return true
}

// gather settles the record where what is known is enough, and else puts it
// where its call is made up and says so.
func (p *planner) gather(ctx context.Context, r *user.Record, known user.LedgerEntry) (sent bool) {
	if r.Remote == "" {
		r.Remote = known.Remote
	}
	r.MaybeSent = r.MaybeSent || known.State == user.Pending
	if o, settled := p.settles(r, known); settled {
		p.settle(o)
		return false
	}
	if r.Planned == "" && p.job.Superseded != nil && r.Origin.Before != nil && p.job.Superseded(r, known) {
		r.Err = &user.InvalidError{Code: user.CodeSuperseded, Rule: "the ledger learned of this user from a later run or record",
			Hint: "leave it out; --allow-stale sends it all the same"}
		p.settle(invalid(r))
		return false
	}
	if o, settled := p.unplanned(r); settled {
		p.settle(o)
		return false
	}
	p.laneOf(r.User.ID).take(r, known)
	group := p.groups.of(p.firstCall(r, known))
	if group == nil {
		group = p.groups.of(call(r.Op, user.Absent))
	}
	if group.add(r) {
		p.send(ctx, p.groups.cut(group))
	}
	return true
}

// call is the call that an intent begins with.
func call(intent user.Op, standing user.EntryState) user.Op {
	switch {
	case intent != user.Upsert:
		return intent
	case standing == user.Present || standing == user.AcceptedLater:
		return user.Update
	}
	return user.Create
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
	o := user.Unsent(r.Err)
	o.Record, o.At = r, time.Now()
	return o
}
