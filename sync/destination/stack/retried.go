package stack

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v5"

	"usersync/sync/destination"
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
	Pacer   Pacer
	Retries int // attempts after the first
}

// newBackoff gives the waits between attempts: half a second, doubled each
// time, with jitter, up to half a minute.
func newBackoff() *backoff.ExponentialBackOff {
	b := &backoff.ExponentialBackOff{
		InitialInterval: 500 * time.Millisecond, Multiplier: 2, MaxInterval: 30 * time.Second, RandomizationFactor: 0.5,
	}
	b.Reset()
	return b
}

// try is the state of one batch in Retried.
type try struct {
	batch      user.Batch
	outcomes   []user.Outcome
	pending    []int  // indexes of records to be sent
	throttle   int    // 429 answers
	answered   uint64 // answered calls of the run at the last check
	unanswered int    // attempts since then: no call was answered, so they do not count yet
}

// Apply sends b until every record has a status. Records that used up their retries
// are Failed, or InDoubt if they may have been taken.
func (r Retried) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	t := &try{batch: b, pending: make([]int, len(b.Records)), answered: r.Pacer.Answered()}
	for i := range t.pending {
		t.pending[i] = i
	}
	replay, waits := r.Traits().Ops[b.Op].Replay, newBackoff()
	for {
		err := r.attempt(ctx, t, replay)
		if err == nil {
			t.keepPending(replay)
			err = r.giveUp(ctx, t)
		}
		if err == nil && len(t.pending) == 0 {
			return t.outcomes, nil
		}
		if err == nil {
			err = Pause(ctx, waits.NextBackOff())
		}
		if err != nil {
			return unresolved(b, t.outcomes), err
		}
	}
}

// attempt sends the pending records once.
func (r Retried) attempt(ctx context.Context, t *try, replay destination.Replay) error {
	part := t.part()
	part.Apart = replay != destination.Unsafe && r.last(part)
	outcomes, err := r.API.Apply(ctx, part)
	if ce := callError(err); ce != nil && ce.Fault != destination.Denied {
		outcomes, err = toAll(ce, part, replay), nil
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

// part returns what to send: usually the whole batch, which needs no copy.
func (t *try) part() user.Batch {
	if len(t.pending) == len(t.batch.Records) {
		return t.batch
	}
	return pick(t.batch, t.pending)
}

// keep stores the outcomes of what was sent.
func (t *try) keep(outcomes []user.Outcome) {
	switch {
	case outcomes == nil:
	case len(outcomes) == len(t.batch.Records):
		t.outcomes = outcomes
	default:
		place(t.outcomes, outcomes, t.pending)
	}
}

// count decides whether the last attempt counts: it does if any call was answered since
// the one before. Until then it is only remembered.
func (t *try) count(outcomes []user.Outcome, answered uint64) {
	throttled := func(o user.Outcome) bool { return o.Status == user.Busy && o.HTTP == http.StatusTooManyRequests }
	if slices.ContainsFunc(outcomes, throttled) {
		if t.throttle++; t.throttle%throttlesPerRetry != 0 {
			return
		}
	}
	if t.unanswered++; answered != t.answered {
		t.answered = answered
		t.countRetry()
	}
}

// countRetry counts the last attempt against the retries of the pending records.
func (t *try) countRetry() {
	for _, i := range t.pending {
		t.batch.Records[i].RetriesUsed++
	}
	t.unanswered = 0
}

// keepPending keeps pending what may be sent again, and flags what may have been
// taken.
func (t *try) keepPending(replay destination.Replay) {
	pending := t.pending[:0]
	for _, i := range t.pending {
		record, status := t.batch.Records[i], t.outcomes[i].Status
		if status == user.InDoubt {
			record.MaybeSent = true
		}
		if status == user.Busy || status == user.InDoubt && replay != destination.Unsafe {
			pending = append(pending, i)
			continue
		}
		record.RetriesUsed += min(t.unanswered, 1) // a read-back may send it again
	}
	t.pending = pending
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
	if callError(err) != nil {
		return nil
	}
	return err
}

// Find reads back, and retries a failed read as often as Apply would.
func (r Retried) Find(ctx context.Context, rec *user.Record) (destination.Found, error) {
	waits, answered := newBackoff(), r.Pacer.Answered()
	for attempt := 1; ; attempt++ {
		found, err := r.API.Find(ctx, rec)
		ce := callError(err)
		if ce == nil || ce.Fault == destination.Denied || ce.Fault == destination.RefusedWhole {
			return found, err
		}
		if attempt > r.Retries && r.Pacer.Answered() != answered {
			return found, err
		}
		if err := Pause(ctx, waits.NextBackOff()); err != nil {
			return found, err
		}
	}
}

// Pause waits for d. If ctx ends first, it returns the cause.
func Pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
