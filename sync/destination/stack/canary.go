package stack

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Canary sends the first records alone and reads them back. The run continues only if
// the API holds what they say; until then all other records wait.
type Canary struct {
	destination.API
	// Records is how many are sent first.
	Records int
	// AnswersOnly trusts the API's answers and reads nothing back.
	AnswersOnly bool

	mu        sync.Mutex
	confirmed int // canaries that the API has confirmed
}

// CanaryError says that the API does not hold a canary as it was sent. It names fields
// and no value.
type CanaryError struct{ What string }

// Error returns What, with the prefix "canary: ".
func (e *CanaryError) Error() string { return "canary: " + e.What }

// Apply sends b, its first records alone while canaries are still needed.
func (c *Canary) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	first, err := c.send(ctx, b)
	if err != nil || len(first) == len(b.Records) {
		return first, err
	}
	rest, err := c.API.Apply(ctx, b.Of(b.Records[len(first):]))
	if rest == nil {
		rest = unresolved(b.Of(b.Records[len(first):]), nil)
	}
	return append(first, rest...), err
}

// send sends as many records of b as are still needed. With an error it returns
// outcomes for all of b.
func (c *Canary) send(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(c.Records-c.confirmed, len(b.Records))
	if n <= 0 {
		return nil, nil
	}
	if ctx.Err() != nil { // it ended while another batch held the lock
		return unresolved(b, nil), context.Cause(ctx)
	}
	outcomes, err := c.API.Apply(ctx, b.Of(b.Records[:n]))
	for i := 0; err == nil && i < n; i++ {
		err = c.check(ctx, &outcomes[i], b.Records[i])
	}
	if err == nil {
		c.confirmed += n
		return outcomes, nil
	}
	all := unresolved(b, nil)
	copy(all, outcomes)
	return all, err
}

// check compares the outcome of a canary with what was asked for.
func (c *Canary) check(ctx context.Context, o *user.Outcome, r *user.Record) error {
	switch o.Status {
	case user.Created, user.Updated, user.Unchanged, user.Deleted:
	case user.Accepted:
		if !c.AnswersOnly {
			return c.failed(r, "the API accepted it for later, so its outcome cannot be checked")
		}
	default:
		return c.failed(r, fmt.Sprintf("it is %s (%s)", o.Status, o.Code))
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
		return c.failed(r, "the API cannot show it")
	case (found.Presence == destination.Absent) != (status == user.Deleted):
		return c.failed(r, fmt.Sprintf("it was %s, and the API shows the opposite", status))
	case found.Presence == destination.Different:
		var names []string
		for _, f := range found.Differs {
			names = append(names, string(f))
		}
		return c.failed(r, "the API shows other values than were sent: "+strings.Join(names, ", "))
	}
	return nil
}

func (c *Canary) failed(r *user.Record, what string) error {
	return &CanaryError{fmt.Sprintf("record %d: %s", r.Origin.Record, what)}
}
