package stack

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Canary sends the first records alone and reads them back, and lets the run go
// on only if the API holds what they say. Everybody else waits for them.
type Canary struct {
	destination.API
	// Records is how many are sent first.
	Records int
	// AnswersOnly believes the API's answers and reads nothing back.
	AnswersOnly bool

	mu    sync.Mutex
	alive int // canaries that came back
}

// CanaryError says that a canary did not come back as it was sent. It names
// fields, and no value.
type CanaryError struct{ What string }

// Error is What, after the word canary.
func (e *CanaryError) Error() string { return "canary: " + e.What }

// Apply sends b, its first records by themselves as long as canaries are wanted.
func (c *Canary) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	first, err := c.send(ctx, b)
	if err != nil || len(first) == len(b.Records) {
		return first, err
	}
	rest, err := c.API.Apply(ctx, b.Of(b.Records[len(first):]))
	if rest == nil {
		rest = unsettled(b.Of(b.Records[len(first):]), nil)
	}
	return append(first, rest...), err
}

// send sends as many records of b as are wanted. With an error the outcomes stand
// for all of b.
func (c *Canary) send(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(c.Records-c.alive, len(b.Records))
	if n <= 0 {
		return nil, nil
	}
	if ctx.Err() != nil { // it ended while others held the lock
		return unsettled(b, nil), context.Cause(ctx)
	}
	outcomes, err := c.API.Apply(ctx, b.Of(b.Records[:n]))
	for i := 0; err == nil && i < n; i++ {
		err = c.judge(ctx, &outcomes[i], b.Records[i])
	}
	if err == nil {
		c.alive += n
		return outcomes, nil
	}
	all := unsettled(b, nil)
	copy(all, outcomes)
	return all, err
}

// judge holds what became of a canary against what was asked for.
func (c *Canary) judge(ctx context.Context, o *user.Outcome, r *user.Record) error {
	switch o.Status {
	case user.Created, user.Updated, user.Unchanged, user.Deleted:
	case user.Accepted:
		if !c.AnswersOnly {
			return c.fault(r, "the API took it for later, so that nobody can tell what becomes of it")
		}
	default:
		return c.fault(r, fmt.Sprintf("it is %s (%s)", o.Status, o.Code))
	}
	if c.AnswersOnly {
		return nil
	}
	found, err := c.Find(ctx, r.WithRemote(o.Remote))
	if err != nil {
		return err
	}
	return c.compare(o.Status, found, r)
}

func (c *Canary) compare(status user.Status, found destination.Found, r *user.Record) error {
	switch {
	case found.Presence == destination.Unknown:
		return c.fault(r, "the API cannot show it")
	case (found.Presence == destination.Absent) != (status == user.Deleted):
		return c.fault(r, fmt.Sprintf("it was %s, and the API shows the opposite", status))
	case found.Presence == destination.Different:
		var names []string
		for _, f := range found.Differs {
			names = append(names, string(f))
		}
		return c.fault(r, "the API shows other values than were sent: "+strings.Join(names, ", "))
	}
	return nil
}

func (c *Canary) fault(r *user.Record, what string) error {
	return &CanaryError{fmt.Sprintf("record %d: %s", r.Origin.Record, what)}
}
