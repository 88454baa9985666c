package engine

import (
	"context"
	"slices"
	"time"

	"usersync/sync/user"
)

// outbox gathers records into batches for the pool, and outcomes that needed no call for
// the collector. Only the planner uses it.
type outbox struct {
	groups    groups
	pool      *pool
	collector *collector
	atOnce    int            // outcomes passed on at a time
	settled   []user.Outcome // without a call, and not passed on yet
	timed     int            // of these, the first ones have their time
	added     int            // records for a call
	number    int            // of the last batch
}

func newOutbox(j Job, p *pool, c *collector) outbox {
	return outbox{groups: newGroups(j.Destination.Traits(), j.BatchSize), pool: p, collector: c, atOnce: j.BatchSize}
}

// takes reports whether the destination has the first call for an intent.
func (b *outbox) takes(intent user.Op) bool { return b.groups.of(call(intent, user.Absent)) != nil }

// add adds a record to the group of the call op, or of its intent's if the destination has
// no such call, and sends a group that is full.
func (b *outbox) add(ctx context.Context, r *user.Record, op user.Op) {
	group := b.groups.of(op)
	if group == nil {
		group = b.groups.of(call(r.Op, user.Absent))
	}
	b.added++
	if group.add(r) {
		b.send(ctx, group)
	}
}

// sendWith sends the group that holds the record of the given ordinal, and reports whether
// there is one.
func (b *outbox) sendWith(ctx context.Context, ordinal int) bool {
	group := b.groups.containing(ordinal)
	if group == nil {
		return false
	}
	b.send(ctx, group)
	return true
}

// sendAll sends every group, and passes on what was settled.
func (b *outbox) sendAll(ctx context.Context) {
	for i := range b.groups.open {
		b.send(ctx, &b.groups.open[i])
	}
	b.flush()
}

// send sends a group, in as many calls as that takes.
func (b *outbox) send(ctx context.Context, g *group) {
	records := g.take()
	if len(records) == 0 || ctx.Err() != nil {
		return
	}
	b.stamp() // a worker may be free only much later
	if g.looks && !b.pool.look(user.Batch{Op: g.op, Records: records}) {
		return
	}
	for call := range slices.Chunk(records, g.size) {
		b.number++
		b.pool.deliver(user.Batch{Number: b.number, Op: g.op, Records: call})
	}
}

// passOn has nothing wait that waits only to be passed on together with others: records
// that a read comes before, and outcomes that needed no call.
func (b *outbox) passOn(ctx context.Context) {
	for i := range b.groups.open {
		if g := &b.groups.open[i]; g.looks {
			b.send(ctx, g)
		}
	}
	b.flush()
}

// mostRoom is for how many outcomes there is room before there are any.
const mostRoom = 100

// settle keeps an outcome that needed no call. Without a time, it soon gets one.
func (b *outbox) settle(o user.Outcome) {
	if b.settled == nil {
		b.settled = make([]user.Outcome, 0, min(b.atOnce, mostRoom))
	}
	b.settled = append(b.settled, o)
	if len(b.settled) >= b.atOnce {
		b.flush()
	}
}

// flush gives the collector what was settled without a call.
func (b *outbox) flush() {
	if len(b.settled) == 0 {
		return
	}
	b.stamp()
	b.collector.incoming <- b.settled
	b.settled, b.timed = nil, 0
}

// stamp reads the clock once for what was settled since it was last called: nothing was waited for
// in between.
func (b *outbox) stamp() {
	if b.timed == len(b.settled) {
		return
	}
	now := time.Now()
	for i := range b.settled[b.timed:] {
		if o := &b.settled[b.timed+i]; o.At.IsZero() { // not by an earlier start of the run
			o.At = now
		}
	}
	b.timed = len(b.settled)
}
