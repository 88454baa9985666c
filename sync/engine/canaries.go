package engine

import (
	"context"

	"usersync/sync/user"
)

// canaries are the first users of the input that need a call. Until they are settled, no
// other record is sent: neither of another user nor a further one of theirs.
type canaries struct {
	left int // users still to be found; 0 once all are settled
	idle []idle
}

// idle is the id of a canary that is settled.
type idle struct {
	queue   *idQueue
	outcome *user.Outcome
}

func (c *canaries) active() bool { return c.left > 0 }

// countCanary counts the canary that was just gathered. One that waits for a record of its
// name is waited for: the user after it must not take its place. The last one has all of
// them settled.
func (p *planner) countCanary(ctx context.Context) {
	for p.ids.blocked > 0 && ctx.Err() == nil {
		p.out.sendAll(ctx) // what a report has unblocked may be what the others wait for
		p.waitForReport(ctx)
	}
	if p.canaries.left--; p.canaries.left == 0 {
		p.out.sendAll(ctx)
		p.out.pool.wait()
		p.advanceCanaries(ctx)
	}
}

// advanceCanaries gathers the next record of each canary. That happens early, and these
// records count, if the input has no more users or the window has no room for them.
func (p *planner) advanceCanaries(ctx context.Context) {
	was, before := *p.canaries, p.out.added
	*p.canaries = canaries{}
	for _, c := range was.idle {
		p.advance(ctx, c.queue, c.outcome)
	}
	p.canaries.left = max(0, was.left-(p.out.added-before))
}
