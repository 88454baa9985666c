// Package split sends a batch in smaller calls: one that is too large for a call, and one that
// the API refuses as a whole. Its tests are those of the stack.
//
// Start at Bisected and Chunked.
package split

import (
	"context"
	"sync/atomic"

	"usersync/sync/destination"
	"usersync/sync/destination/verdict"
	"usersync/sync/telemetry"
	"usersync/sync/user"
)

const (
	splitCallsPerBatch = 40   // enough to find three bad users among 100
	splitCallsAtLeast  = 1000 // per run, or 5% of its calls if that is more
	splitCallsPercent  = 5
)

// Bisected halves a batch that is refused as a whole until the bad record is alone,
// within a budget of calls per batch and per run. A batch that asks for it (Apart)
// is also halved when the server fails on it.
type Bisected struct {
	destination.API
	calls *atomic.Int64 // made in this run
	extra *atomic.Int64 // of those, made for halves
}

// NewBisected returns the middleware around api, with the run's budget unspent.
func NewBisected(api destination.API) Bisected {
	return Bisected{API: api, calls: new(atomic.Int64), extra: new(atomic.Int64)}
}

// Apply makes the call, and smaller ones if it is refused as a whole.
func (s Bisected) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes, err := s.call(ctx, b)
	ce := destination.AsCallError(err)
	switch {
	case ce == nil:
		return outcomes, err
	case mayHalve(ce, b):
	case ce.Fault == destination.RefusedWhole:
		return verdict.ToAll(ce, b, s.Traits().Ops[b.Op].Replay), nil
	default:
		return outcomes, err
	}
	ctx, budget := telemetry.Repeating(ctx), splitCallsPerBatch
	outcomes = make([]user.Outcome, len(b.Records))
	if err := s.halves(ctx, b, outcomes, ce, &budget); err != nil {
		return outcomes, err
	}
	return outcomes, nil
}

// call counts a call, for the run and for its records, and makes it.
func (s Bisected) call(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	s.calls.Add(1)
	for _, r := range b.Records {
		r.Attempts++
	}
	return s.API.Apply(ctx, b)
}

// mayHalve reports whether one record can have caused ce: a refusal, or, as a last
// resort (Apart), a failure of the server.
func mayHalve(ce *destination.CallError, b user.Batch) bool {
	switch {
	case len(b.Records) == 1:
		return false
	case ce.Fault == destination.RefusedWhole:
		return ce.Status == 400 || ce.Status == 413 || ce.Status == 422 || ce.SaysExists && (ce.Status == 403 || ce.Status == 412)
	}
	return b.Apart && ce.Fault == destination.PerhapsTaken && ce.Status >= 500
}

// halves sends the halves of a batch that was refused with ce, and fills outcomes,
// one for each record of b.
func (s Bisected) halves(ctx context.Context, b user.Batch, outcomes []user.Outcome, ce *destination.CallError, budget *int) error {
	for _, r := range b.Records {
		if ce.Fault == destination.PerhapsTaken {
			r.MaybeSent, r.Unanswered = true, r.Unanswered || verdict.Unanswered(b.Op, ce.Status)
		}
	}
	middle := len(b.Records) / 2
	for _, half := range [2]struct{ from, to int }{{0, middle}, {middle, len(b.Records)}} {
		part, out := b.Of(b.Records[half.from:half.to]), outcomes[half.from:half.to]
		if !s.afford(budget) {
			markFailed(out, ce)
			continue
		}
		if err := s.half(ctx, part, out, budget); err != nil {
			return err
		}
	}
	return nil
}

// half sends one half. If it fails in another way, its records get their statuses,
// and the other half is still sent.
func (s Bisected) half(ctx context.Context, b user.Batch, outcomes []user.Outcome, budget *int) error {
	got, err := s.call(ctx, b)
	ce := destination.AsCallError(err)
	switch {
	case err == nil:
		copy(outcomes, got)
	case ce == nil || ce.Fault == destination.Denied:
		return err
	case mayHalve(ce, b):
		return s.halves(ctx, b, outcomes, ce, budget)
	default:
		copy(outcomes, verdict.ToAll(ce, b, s.Traits().Ops[b.Op].Replay))
	}
	return nil
}

// afford takes one extra call from both budgets, if both have one left.
func (s Bisected) afford(budget *int) bool {
	allowance := max(splitCallsAtLeast, s.calls.Load()*splitCallsPercent/100)
	if *budget == 0 {
		return false
	}
	if s.extra.Add(1) > allowance {
		s.extra.Add(-1)
		return false
	}
	*budget--
	return true
}

// markFailed settles the records that the budget did not reach. They were refused only
// as part of a batch, so nothing shows that the API refuses them.
func markFailed(outcomes []user.Outcome, ce *destination.CallError) {
	for i := range outcomes {
		outcomes[i] = user.Outcome{Status: user.Failed, Code: user.CodeBatchRefused, Detail: ce.Detail, HTTP: ce.Status, RequestID: ce.RequestID}
	}
}
