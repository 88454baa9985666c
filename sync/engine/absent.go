package engine

import "context"

// goOnWithAbsent plans the records that come when all others are written. The
// error is that of whoever names them.
func (p *planner) goOnWithAbsent(ctx context.Context) error {
	if p.job.Absent == nil || !p.settleAll(ctx) {
		return nil
	}
	before := p.read
	defer func() { p.absent = p.read - before }() // a stopped run has not taken all that were named
	for records, err := range p.job.Absent(ctx) {
		if err != nil {
			p.finish(ctx)
			return err
		}
		c := chunk{records: records}
		if p.job.Ledger != nil {
			c = p.job.ask(ctx, c)
		}
		if c.err != nil || !p.admitAll(ctx, c) {
			return c.err
		}
	}
	p.finish(ctx)
	return nil
}

// settleAll waits until the outcome of every record is written. It is false when
// the run stopped meanwhile.
func (p *planner) settleAll(ctx context.Context) bool {
	for !p.window.empty() {
		select {
		case <-p.window.changed:
		case <-p.collector.news:
			p.release(ctx)
			p.flush(ctx)
		case <-ctx.Done():
			return false
		}
	}
	p.release(ctx)
	return ctx.Err() == nil
}
