package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"usersync/sync/destination"
	"usersync/sync/telemetry"
	"usersync/sync/user"
)

// pool delivers a limited number of batches at a time.
type pool struct {
	ctx         context.Context
	workers     *workers
	destination destination.Destination
	calls       map[user.Op]destination.OpTraits // asked once: the traits pass through every layer
	journal     Journal
	collector   *collector
	stop        func(error)
	stats       *telemetry.Stats

	perhapsTaken atomic.Int64 // records without an outcome that calls may have delivered
}

func newPool(ctx context.Context, j Job, c *collector, first *canaries, stop func(error)) *pool {
	return &pool{ctx: ctx, workers: newWorkers(j.Limits, c.window, first), destination: j.Destination, calls: j.Destination.Traits().Ops, journal: j.Journal, collector: c, stop: stop, stats: j.Stats}
}

// look records the rows of a batch that a read comes before. It returns false if the run
// must stop.
func (p *pool) look(b user.Batch) bool {
	if p.journal == nil {
		return true
	}
	defer p.stats.Add(telemetry.Journal, time.Now())
	err := p.journal.Looked(b)
	if err != nil {
		p.stop(err)
	}
	return err == nil
}

// deliver sends the batch as soon as a worker is free, and blocks until then.
func (p *pool) deliver(b user.Batch) {
	p.workers.run(func() {
		if p.ctx.Err() == nil { // a worker may be free because the run ended
			p.send(b)
		}
	})
}

// send sends a batch, and passes its outcomes on.
func (p *pool) send(b user.Batch) {
	defer onPanic(func(err error) {
		p.perhapsTaken.Add(int64(len(b.Records)))
		p.stop(err)
	})
	if err := p.journalSent(b); err != nil {
		p.stop(err)
		return
	}
	outcomes, err := p.destination.Apply(p.ctx, b)
	if err != nil {
		p.stop(err)
	}
	outcomes, err = checkOutcomes(b, outcomes, err != nil)
	if err != nil {
		p.stop(err)
	}
	if err := errors.Join(p.journalSettled(outcomes), p.journalUntaken(b, outcomes)); err != nil {
		p.stop(err)
	}
	p.collector.incoming <- outcomes
}

// looksFirst reports whether a read decides who of a batch is sent.
func looksFirst(op user.Op, t destination.OpTraits) bool {
	return t.Merge && (op != user.Create || t.Replay != destination.Unsafe)
}

// journalSent records that a batch is about to be sent. If a read decides who is sent,
// the middleware that reads records that: a run that is killed while it reads has sent
// nothing, and only its rows are recorded (look). Creates that must not be repeated are
// recorded right before the call: otherwise a killed process would leave in doubt what
// was only waiting for its turn.
func (p *pool) journalSent(b user.Batch) error {
	traits := p.calls[b.Op]
	if p.journal == nil || looksFirst(b.Op, traits) {
		return nil
	}
	defer p.stats.Add(telemetry.Journal, time.Now())
	if b.Op == user.Create && traits.Replay == destination.Unsafe {
		return p.journalUnsafe(b)
	}
	if err := p.journal.Sent(b); err != nil {
		return err
	}
	for _, r := range b.Records {
		r.SentRecorded = true
	}
	return nil
}

// journalUnsafe records the rows of creates that must not be repeated. Those that were
// perhaps sent before stay recorded as sent.
func (p *pool) journalUnsafe(b user.Batch) error {
	var before, fresh []*user.Record
	for _, r := range b.Records {
		if r.MaybeSent {
			before = append(before, r)
		} else {
			fresh = append(fresh, r)
		}
	}
	if len(before) > 0 {
		if err := p.journal.Sent(b.Of(before)); err != nil {
			return err
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	return p.journal.Looked(b.Of(fresh))
}

// journalSettled records the outcomes of a batch that are known.
func (p *pool) journalSettled(outcomes []user.Outcome) error {
	if p.journal == nil {
		return nil
	}
	settled := outcomes
	if unknown := func(o user.Outcome) bool { return o.Status == user.Unsettled }; slices.ContainsFunc(outcomes, unknown) {
		settled = slices.DeleteFunc(slices.Clone(outcomes), unknown)
	}
	if len(settled) == 0 {
		return nil
	}
	defer p.stats.Add(telemetry.Journal, time.Now())
	return p.journal.Settled(settled)
}

// journalUntaken takes back the records without an outcome that no call can have
// delivered, and counts the others.
func (p *pool) journalUntaken(b user.Batch, outcomes []user.Outcome) error {
	var untaken []*user.Record
	for i, r := range b.Records {
		switch {
		case i < len(outcomes) && outcomes[i].Status != user.Unsettled:
		case r.PerhapsTaken:
			p.perhapsTaken.Add(1)
		default:
			untaken = append(untaken, r)
		}
	}
	if p.journal == nil || len(untaken) == 0 {
		return nil
	}
	return p.journal.Untaken(untaken)
}

// wait returns once every batch is delivered. Errors were passed to stop.
func (p *pool) wait() { p.workers.wait() }

// end is wait for the last batch.
func (p *pool) end() { p.workers.end() }

// checkOutcomes replaces what the collector must not see, and returns what that was:
// outcomes of other records, statuses that are not final and, unless this call ends
// the run, records without an outcome.
func checkOutcomes(b user.Batch, outcomes []user.Outcome, ending bool) ([]user.Outcome, error) {
	var err error
	if len(outcomes) != len(b.Records) && !(ending && outcomes == nil) {
		err = &user.AccountingError{What: fmt.Sprintf("batch %d: %d records, %d outcomes", b.Number, len(b.Records), len(outcomes))}
		outcomes = outcomes[:min(len(outcomes), len(b.Records))]
	}
	for i, r := range b.Records[:len(outcomes)] {
		o := &outcomes[i]
		unknown := ending && o.Status == user.Unsettled
		if !unknown && (o.Record != r || !o.Status.Final()) {
			err = &user.AccountingError{What: fmt.Sprintf("batch %d: record %d has no outcome (%q)", b.Number, r.Origin.Record, o.Status)}
			o.Status = user.Unsettled
		}
		o.Record = r
	}
	return outcomes, err
}
