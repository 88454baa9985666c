package sync

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// pool delivers batches, a bounded number at a time. The group is its own: a
// planner inside it would hold one of its places.
type pool struct {
	ctx         context.Context
	group       errgroup.Group
	destination destination.Destination
	collector   *collector
	stop        context.CancelCauseFunc
}

func newPool(ctx context.Context, j Job, c *collector, stop context.CancelCauseFunc) *pool {
	p := &pool{ctx: ctx, destination: j.Destination, collector: c, stop: stop}
	p.group.SetLimit(j.Workers)
	return p
}

// deliver sends the batch as soon as a place is free, and blocks until then.
func (p *pool) deliver(b user.Batch) {
	p.group.Go(func() error {
		outcomes, err := p.destination.Apply(p.ctx, b)
		if err == nil {
			err = complete(b, outcomes)
		}
		if err != nil {
			p.stop(err)
		}
		p.collector.incoming <- outcomes
		return nil
	})
}

// wait returns when every batch is delivered. Errors went to stop.
func (p *pool) wait() { _ = p.group.Wait() }

// complete checks that each record has its outcome and no verdict got through.
func complete(b user.Batch, outcomes []user.Outcome) error {
	if len(outcomes) != len(b.Records) {
		return &AccountingError{fmt.Sprintf("batch %d: %d records, %d outcomes", b.Number, len(b.Records), len(outcomes))}
	}
	for i := range outcomes {
		if outcomes[i].Record != b.Records[i] || !outcomes[i].Status.Final() {
			status := outcomes[i].Status
			outcomes[i].Status = user.Unsettled
			return &AccountingError{fmt.Sprintf("batch %d: record %d has no outcome (%q)", b.Number, b.Records[i].Origin.Record, status)}
		}
	}
	return nil
}
