// Package canary sends the first users of a run alone, and the others once these are as they
// should be. Its tests are those of the stack.
//
// Start at Canary.
package canary

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/verdict"
	"usersync/sync/destination/wait"
	"usersync/sync/user"
)

// Canary sends the first records alone and reads them back. The run continues only if
// the API holds what they say; until then all other records wait. The engine sees to it
// that the first records of the input come first (engine.Job.Canary).
//
// A read-back that differs is repeated for as long as Patience: the API may be slow to
// show what it took. Then the record is InDoubt, code contradicted, so that the ledger
// trusts nothing that was sent for it.
type Canary struct {
	destination.API
	Options

	mu        sync.Mutex
	confirmed int   // canaries that the API has confirmed
	failed    error // why a canary failed; no other call is made then
}

// Options say how many records are sent first, and how they are checked.
type Options struct {
	Records     int           // how many are sent first; 0 means none
	AnswersOnly bool          // trust the API's answers, and read nothing back
	Patience    time.Duration // how long the read-backs of a call may differ, all together
}

// Error says that the API does not hold a canary as it was sent. It names fields
// and no value.
type Error struct{ What string }

// Error returns What, with the prefix "canary: ".
func (e *Error) Error() string { return "canary: " + e.What }

// Apply sends b, its first records alone while canaries are still needed.
func (c *Canary) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	first, err := c.send(ctx, b)
	if err != nil || len(first) == len(b.Records) {
		return first, err
	}
	rest, err := c.API.Apply(ctx, b.Of(b.Records[len(first):]))
	if rest == nil {
		rest = verdict.Unresolved(b.Of(b.Records[len(first):]), nil)
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
		return verdict.Unresolved(b, nil), context.Cause(ctx)
	}
	if c.failed != nil {
		return verdict.Unresolved(b, nil), c.failed
	}
	outcomes, err := c.API.Apply(ctx, b.Of(b.Records[:n]))
	if err == nil {
		err = c.checkAll(ctx, outcomes, b.Records)
	}
	if err == nil {
		c.confirmed += n
		return outcomes, nil
	}
	c.failed = err
	all := verdict.Unresolved(b, nil)
	copy(all, outcomes)
	return all, err
}

// checkAll checks every canary of a call, also after one has failed: all of them were
// sent. It returns the error of the first that failed.
func (c *Canary) checkAll(ctx context.Context, outcomes []user.Outcome, records []*user.Record) error {
	until := time.Now().Add(c.Patience)
	var failed error
	for i := range outcomes {
		switch err := c.check(ctx, &outcomes[i], records[i], until); {
		case err != nil && failed == nil:
			failed = err
		case err != nil && destination.AsCallError(err) == nil && ctx.Err() != nil:
			return failed // the run has ended
		}
	}
	return failed
}

// check compares the outcome of a canary with what was asked for. If the API shows
// something different until the given time, the outcome is in doubt.
func (c *Canary) check(ctx context.Context, o *user.Outcome, r *user.Record, until time.Time) error {
	switch o.Status {
	case user.Created, user.Updated, user.Unchanged, user.Deleted:
	case user.Accepted:
		if !c.AnswersOnly {
			return c.fault(r, "the API accepted it for later, so its outcome cannot be checked")
		}
	default:
		return c.fault(r, fmt.Sprintf("it is %s (%s)", o.Status, o.Code))
	}
	if c.AnswersOnly {
		return nil
	}
	for waits, next := wait.Backoff(), ctx; ; {
		found, err := c.Find(next, r.WithRemote(o.Remote))
		if err != nil {
			return err
		}
		what := difference(o.Status, found)
		if what == "" {
			return nil
		}
		pause := min(waits.NextBackOff(), time.Until(until))
		if pause > 0 {
			next, err = wait.Again(ctx, pause)
		}
		if pause <= 0 || err != nil {
			o.Status, o.Code, o.Detail = user.InDoubt, user.CodeContradicted, what
			return cmp.Or(err, c.fault(r, what))
		}
	}
}

// difference says how what the API shows differs from an outcome; "" if it does not.
func difference(status user.Status, found destination.Found) string {
	switch {
	case found.Presence == destination.Another:
		return "the API shows a user of another id"
	case found.Presence == destination.Unknown:
		return "the API cannot show it"
	case (found.Presence == destination.Absent) != (status == user.Deleted):
		return fmt.Sprintf("it was %s, and the API shows the opposite", status)
	case found.Presence == destination.Different:
		var names []string
		for _, f := range found.Differs {
			names = append(names, string(f))
		}
		return "the API shows other values than were sent: " + strings.Join(names, ", ")
	}
	return ""
}

func (c *Canary) fault(r *user.Record, what string) error {
	return &Error{fmt.Sprintf("record %d: %s", r.Origin.Record, what)}
}
