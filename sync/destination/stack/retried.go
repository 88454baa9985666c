package stack

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/verdict"
	"usersync/sync/destination/wait"
	"usersync/sync/telemetry"
	"usersync/sync/user"
)

// throttlesPerRetry is how many 429 answers count as one failure: they are about our
// speed and not about the record, but they must end at some point.
const throttlesPerRetry = 10

// unansweredAttempts is how often a batch may fail without any call being answered before
// it checks whether the API is there at all.
const unansweredAttempts = 2

// Retried resends what is safe to resend, all in one call: what was not taken, and
// what may have been taken if the call can be replayed. It gives up on a record only
// when its retries are used up while other calls were answered: an API that is down
// fails no users, it ends the run (Pacer).
type Retried struct {
	destination.API
	Pacer   limited.Pacer
	Retries int // attempts after the first
	// Observer is told of waits for an attempt that is not made; nil is not.
	Observer telemetry.Observer
	// Retrying counts the records that wait for another attempt; nil counts none.
	Retrying *atomic.Int64
}

// Apply sends b until every record has a status. Records that used up their retries
// are Failed, or InDoubt if they may have been taken.
func (r Retried) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	t := &try{batch: b, pending: make([]int, len(b.Records)), answered: r.Pacer.Answered()}
	for i := range t.pending {
		t.pending[i] = i
	}
	replay, waits, retrying := r.Traits().Ops[b.Op].Replay, wait.Backoff(), retrying{count: r.Retrying}
	defer retrying.set(0)
	for next := ctx; ; {
		err := r.attempt(next, t, replay)
		if err == nil {
			t.keepPending(replay)
			err = r.giveUp(ctx, t)
		}
		if err == nil && len(t.pending) == 0 {
			return t.outcomes, nil
		}
		if err == nil {
			retrying.set(len(t.pending))
			next, err = r.again(ctx, waits.NextBackOff())
		}
		if err != nil {
			return verdict.Unresolved(b, t.outcomes), err
		}
	}
}

// retrying are the records of one batch among all that wait for another attempt.
type retrying struct {
	count *atomic.Int64
	own   int
}

func (w *retrying) set(n int) {
	if w.count != nil {
		w.count.Add(int64(n - w.own))
		w.own = n
	}
}

// attempt sends the pending records once.
func (r Retried) attempt(ctx context.Context, t *try, replay destination.Replay) error {
	part := t.part()
	part.Apart = replay != destination.Unsafe && r.last(part)
	outcomes, err := r.API.Apply(ctx, part)
	if ce := destination.AsCallError(err); ce != nil && ce.Fault != destination.Denied {
		outcomes, err = verdict.ToAll(ce, part, replay), nil
	}
	for i := range outcomes {
		outcomes[i].Record, outcomes[i].Action, outcomes[i].Attempts = part.Records[i], part.Op, part.Records[i].Attempts
	}
	t.keep(outcomes)
	t.count(outcomes, r.Pacer.Answered())
	return err
}

// last reports whether this is the last retry for some record. The batch then asks to
// be split: one user that the server cannot handle must not fail the others.
func (r Retried) last(b user.Batch) bool {
	return slices.ContainsFunc(b.Records, func(rec *user.Record) bool { return rec.RetriesUsed > 0 && rec.RetriesUsed >= r.Retries })
}

// giveUp removes the pending records that used up their retries. What is in doubt
// stays in doubt: a read-back may settle it.
func (r Retried) giveUp(ctx context.Context, t *try) error {
	if err := r.probe(ctx, t); err != nil {
		return err
	}
	pending := t.pending[:0]
	for _, i := range t.pending {
		switch record, o := t.batch.Records[i], &t.outcomes[i]; {
		case record.RetriesUsed <= r.Retries:
			pending = append(pending, i)
		case o.Status == user.Busy && record.MaybeSent:
			o.Status = user.InDoubt
		case o.Status == user.Busy:
			o.Status = user.Failed
		}
	}
	t.pending = pending
	return nil
}

// probe makes a read-back when no calls are being answered, to find out whether the API
// or the batch is at fault. If the API answers, the last attempt counts; it may have
// been down during earlier ones.
func (r Retried) probe(ctx context.Context, t *try) error {
	if len(t.pending) == 0 || t.unanswered < unansweredAttempts {
		return nil
	}
	found, err := r.API.Find(ctx, t.batch.Records[t.pending[0]])
	if err == nil && found.Presence != destination.Unknown {
		t.countRetry()
	}
	if destination.AsCallError(err) != nil {
		return nil
	}
	return err
}

// Find reads back, and retries a failed read as often as Apply would.
func (r Retried) Find(ctx context.Context, rec *user.Record) (destination.Found, error) {
	waits, answered, next := wait.Backoff(), r.Pacer.Answered(), ctx
	for attempt := 1; ; attempt++ {
		found, err := r.API.Find(next, rec)
		ce := destination.AsCallError(err)
		if ce == nil || ce.Fault == destination.Denied || ce.Fault == destination.RefusedWhole {
			return found, err
		}
		if attempt > r.Retries && r.Pacer.Answered() != answered {
			return found, err
		}
		if next, err = r.again(ctx, waits.NextBackOff()); err != nil {
			return found, err
		}
	}
}

// again waits before another attempt, and returns the context for it.
func (r Retried) again(ctx context.Context, d time.Duration) (next context.Context, err error) {
	began := time.Now()
	if next, err = wait.Again(ctx, d); err != nil && r.Observer != nil {
		r.Observer.Waited(telemetry.Spent{telemetry.Backoff: time.Since(began)})
	}
	return next, err
}
