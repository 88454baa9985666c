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

// throttlesPerRetry is how many answers 429 weigh as much as one failure: they
// are about our speed and not about the record, but must come to an end.
const throttlesPerRetry = 10

// silentAttempts is how often a batch fails while nobody gets through, before it
// asks whether the API is there at all.
const silentAttempts = 2

// Retried sends again what may be sent again: what was not taken, and what was
// perhaps taken where the call can be replayed, all in one call. It gives up on
// a record only when its retries are used up while other calls got through: an
// API that is down fails nobody, it ends the run (Pacer).
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

// try is the state of one batch on its way through Retried.
type try struct {
	batch    user.Batch
	outcomes []user.Outcome
	pending  []int  // places that are to be sent
	throttle int    // answers 429
	through  uint64 // calls of the run that had got through at the last look
	silent   int    // attempts since then: nobody got through, so they do not count yet
}

// Apply sends b until every record has a verdict. Records that used up their
// retries are Failed, or InDoubt where they were perhaps taken.
func (r Retried) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	t := &try{batch: b, pending: make([]int, len(b.Records)), through: r.Pacer.Answered()}
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
			return unsettled(b, t.outcomes), err
		}
	}
}

// attempt sends what is pending, once.
func (r Retried) attempt(ctx context.Context, t *try, replay destination.Replay) error {
	part := t.part()
	part.Apart = replay != destination.Unsafe && r.last(part)
	outcomes, err := r.API.Apply(ctx, part)
	if ce := callError(err); ce != nil && ce.Fault != destination.Denied {
		outcomes, err = spread(ce, part, replay), nil
	}
	for i := range outcomes {
		outcomes[i].Record, outcomes[i].Action, outcomes[i].Attempts = part.Records[i], part.Op, part.Records[i].Attempts
	}
	t.keep(outcomes)
	t.count(outcomes, r.Pacer.Answered())
	return err
}

// last tells that these retries are the last for some record. The batch then
// asks to be taken apart: one user whom the server cannot digest shall not take
// the others along.
func (r Retried) last(b user.Batch) bool {
	return slices.ContainsFunc(b.Records, func(rec *user.Record) bool { return rec.RetriesUsed > 0 && rec.RetriesUsed >= r.Retries })
}

// part is what is to be sent: mostly the whole batch, which needs no copy.
func (t *try) part() user.Batch {
	if len(t.pending) == len(t.batch.Records) {
		return t.batch
	}
	return pick(t.batch, t.pending)
}

// keep takes the outcomes of what was sent.
func (t *try) keep(outcomes []user.Outcome) {
	switch {
	case outcomes == nil:
	case len(outcomes) == len(t.batch.Records):
		t.outcomes = outcomes
	default:
		place(t.outcomes, outcomes, t.pending)
	}
}

// count weighs the attempt just made. It counts when calls got through since
// the last one; until then it is only kept in mind.
func (t *try) count(outcomes []user.Outcome, through uint64) {
	throttled := func(o user.Outcome) bool { return o.Status == user.Busy && o.HTTP == http.StatusTooManyRequests }
	if slices.ContainsFunc(outcomes, throttled) {
		if t.throttle++; t.throttle%throttlesPerRetry != 0 {
			return
		}
	}
	if t.silent++; through != t.through {
		t.through = through
		t.spend()
	}
}

// spend counts the last attempt against the retries of what is pending.
func (t *try) spend() {
	for _, i := range t.pending {
		t.batch.Records[i].RetriesUsed++
	}
	t.silent = 0
}

// keepPending leaves pending what may be sent again, and marks what was perhaps
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
		record.RetriesUsed += min(t.silent, 1) // a read-back may send it again
	}
	t.pending = pending
}

// giveUp takes from what is pending those that used up their retries. What is
// in doubt stays that: a read-back may tell.
func (r Retried) giveUp(ctx context.Context, t *try) error {
	if err := r.ask(ctx, t); err != nil {
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

// ask finds out with a read-back whether it is the API or the batch, where
// nobody gets through. If the API is there, the last attempt counts; those
// before it may have met an API that was down.
func (r Retried) ask(ctx context.Context, t *try) error {
	if len(t.pending) == 0 || t.silent < silentAttempts {
		return nil
	}
	found, err := r.API.Find(ctx, t.batch.Records[t.pending[0]])
	if err == nil && found.Presence != destination.Unknown {
		t.spend()
	}
	if callError(err) != nil {
		return nil
	}
	return err
}

// Find reads back, again where the read failed, as often as Apply would.
func (r Retried) Find(ctx context.Context, rec *user.Record) (destination.Found, error) {
	waits, through := newBackoff(), r.Pacer.Answered()
	for attempt := 1; ; attempt++ {
		found, err := r.API.Find(ctx, rec)
		ce := callError(err)
		if ce == nil || ce.Fault == destination.Denied || ce.Fault == destination.RefusedWhole {
			return found, err
		}
		if attempt > r.Retries && r.Pacer.Answered() != through {
			return found, err
		}
		if err := Pause(ctx, waits.NextBackOff()); err != nil {
			return found, err
		}
	}
}

// Pause waits, and returns the cause if ctx ends before that.
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
