package engine

import "context"

// planMissing plans the deletions of missing users once all other outcomes are
// written. The error is from Job.Missing.
func (p *planner) planMissing(ctx context.Context) error {
	if p.job.Missing == nil || !p.waitAll(ctx) {
		return nil
	}
	before := p.read
	defer func() { p.missing = p.read - before }() // a run that stops has not taken all of them
	for records, err := range p.job.Missing(ctx) {
		if err != nil {
			p.finish(ctx)
			return err
		}
		c := chunk{records: records}
		if err := p.job.lookup(ctx, &c); err != nil {
			return err
		}
		if !p.acceptAll(ctx, c) {
			return nil
		}
	}
	p.finish(ctx)
	return nil
}

// lookup is lookAhead for one chunk.
func (j Job) lookup(ctx context.Context, c *chunk) error {
	if j.Ledger == nil {
		return nil
	}
	if err := j.ask(ctx, c); err != nil || j.Looked == nil {
		return err
	}
	return j.look(ctx, c)
}

// waitAll waits until the outcome of every record is written. It returns false if
// the run stops in the meantime.
func (p *planner) waitAll(ctx context.Context) bool {
	for !p.window.empty() {
		select {
		case <-p.window.changed:
		case <-p.collector.reported:
			p.drain(ctx)
			p.out.sendAll(ctx)
		case <-ctx.Done():
			return false
		}
	}
	p.drain(ctx)
	return ctx.Err() == nil
}
