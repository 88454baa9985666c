package engine

import (
	"context"
	"fmt"
	"time"

	"usersync/sync/user"
)

// planner decides what to do with each record. Only it knows which ids are in flight, so
// that records of one id are sent one after the other.
type planner struct {
	job       Job
	window    *window
	groups    groups
	pool      *pool
	collector *collector
	stop      func(error)

	ownKeys  bool                // the API assigns its users' keys
	read     int                 // records taken
	missing  int                 // of these, missing users
	memory   memory              // what the destination is known to hold
	inFlight map[string]*idQueue // ids sent and not settled
	named    map[string]named    // ids in flight by the names of what was sent
	free     []*idQueue          // for reuse
	parked   int                 // records that wait
	blocked  int                 // of these, for a record of another id
	canaries int                 // records that are still to be sent before all others
	settled  []user.Outcome      // settled without a call, not yet flushed
}

func newPlanner(j Job, w *window, p *pool, c *collector, stop func(error)) *planner {
	return &planner{
		job: j, window: w, pool: p, collector: c, stop: stop,
		groups:   newGroups(j.Destination.Traits(), j.BatchSize),
		ownKeys:  j.Destination.Traits().OwnKeys,
		read:     j.Written,
		canaries: j.Canary,
		memory:   newMemory(j),
		inFlight: make(map[string]*idQueue), named: make(map[string]named),
	}
}

// runSafely is run, but a panic stops the run as an error does.
func (p *planner) runSafely(ctx context.Context, chunks <-chan chunk) error {
	defer onPanic(p.stop)
	return p.run(ctx, chunks)
}

// run plans all chunks. The error is the reader's; if the run was stopped, the context
// says so.
func (p *planner) run(ctx context.Context, chunks <-chan chunk) error {
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
	p.sendAll(ctx)
	for p.parked > 0 && ctx.Err() == nil {
		select {
		case <-p.collector.reported:
			p.drain(ctx)
			p.sendAll(ctx)
		case <-ctx.Done():
		}
	}
}

// acceptAll plans a chunk. It returns false if the run stops in the meantime.
func (p *planner) acceptAll(ctx context.Context, c chunk) bool {
	p.memory.forget(c.checkpoint)
	for i, r := range c.records {
		if !p.accept(ctx, r, c.knownOf(i)) {
			return false
		}
	}
	p.flush()
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
		p.flush()
		if g := p.groups.containing(oldest); g != nil {
			p.send(ctx, p.groups.cut(g))
			continue
		}
		if p.blocked > 0 { // the oldest may wait for a record that is in a group
			p.sendAll(ctx)
		}
		select {
		case <-p.window.changed:
		case <-p.collector.reported:
			p.drain(ctx)
		case <-ctx.Done():
			return false
		}
	}
}

// plan settles the record, parks it after an earlier one of its id, or gathers it for a
// call.
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
	if q, busy := p.inFlight[r.User.ID]; busy {
		q.waiting = append(q.waiting, r)
		p.parked++
		return
	}
	p.gather(ctx, r, p.memory.of(r.User.ID, known))
}

// wasSettled passes on the outcome that an earlier start of this run already had for the
// record.
func (p *planner) wasSettled(r *user.Record, known user.LedgerEntry) bool {
	if p.job.OutcomeOf == nil || r.Origin.Record > p.job.MaybeSentTo {
		return false
	}
	o, settled, err := p.job.OutcomeOf(r)
	if err != nil {
		p.stop(err)
		return true
	}
	if !settled {
		r.MaybeSent = p.job.WasSent == nil || p.job.WasSent(r)
		r.PerhapsTaken = r.MaybeSent
		return false
	}
	r.IntentRecorded = known.State == user.Pending
	p.memory.learn(p.memory.of(r.User.ID, known), &o)
	p.settle(o)
	return true
}

// gather settles the record if what is known is enough. Otherwise it adds it to the group
// of its call, or lets it wait for another id, and returns true.
func (p *planner) gather(ctx context.Context, r *user.Record, known user.LedgerEntry) (sent bool) {
	if r.Remote == "" {
		r.Remote = known.Remote
	}
	r.MaybeSent = r.MaybeSent || known.State == user.Pending
	r.PerhapsTaken = r.PerhapsTaken || r.MaybeSent
	o, settled := p.settles(r, known)
	if !settled && r.Planned == "" && p.job.Superseded != nil && r.Origin.Before != nil && p.job.Superseded(r, known) {
		r.Err = &user.InvalidError{Code: user.CodeSuperseded, Rule: "is older than what the ledger knows of this user",
			Hint: "leave it out or send it with --allow-stale"}
		p.settle(invalid(r))
		return false
	}
	if p.noteRepeat(r, known, &o) {
		p.settle(invalid(r))
		return false
	}
	if settled {
		p.settle(o)
		return false
	}
	if o, settled := p.unplanned(r); settled {
		p.settle(o)
		return false
	}
	if p.enter(r, known) {
		p.group(ctx, r, known)
	}
	return true
}

// group adds a record to the group of its call.
func (p *planner) group(ctx context.Context, r *user.Record, known user.LedgerEntry) {
	group := p.groups.of(p.firstCall(r, known))
	if group == nil {
		group = p.groups.of(call(r.Op, user.Absent))
	}
	if group.add(r) {
		p.send(ctx, p.groups.cut(group))
	}
	if p.canaries > 0 {
		p.countCanary(ctx)
	}
}

// countCanary counts a record of those that are sent first. With the last of them, it
// sends them all and waits until they are settled.
func (p *planner) countCanary(ctx context.Context) {
	if p.canaries--; p.canaries == 0 {
		p.sendAll(ctx)
		p.pool.wait()
	}
}

// call is the first call for an intent.
func call(intent user.Op, state user.EntryState) user.Op {
	switch {
	case intent != user.Upsert:
		return intent
	case state == user.Present || state == user.AcceptedLater:
		return user.Update
	}
	return user.Create
}

// settle keeps an outcome that needed no call.
func (p *planner) settle(o user.Outcome) {
	p.settled = append(p.settled, o)
	if len(p.settled) >= p.job.BatchSize {
		p.flush()
	}
}

// flush gives the collector what was settled without a call.
func (p *planner) flush() {
	if len(p.settled) > 0 {
		p.collector.incoming <- p.settled
		p.settled = nil
	}
}

func (p *planner) sendAll(ctx context.Context) {
	for i := range p.groups.open {
		p.send(ctx, p.groups.cut(&p.groups.open[i]))
	}
	p.flush()
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
