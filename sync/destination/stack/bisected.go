package stack

import (
	"context"
	"sync/atomic"

	"usersync/sync/destination"
	"usersync/sync/user"
)

const (
	splitCallsPerBatch = 40   // finds three culprits among 100 and still ends
	splitCallsAtLeast  = 1000 // a run's allowance, or 5% of its calls if that is more
	splitCallsPercent  = 5
)

// Bisected halves a batch that is refused whole until the culprit stands
// alone, within a budget of calls for the batch and for the run. A batch that
// asks for it (Apart) is halved where the server fails on it, too.
type Bisected struct {
	destination.API
	calls *atomic.Int64 // made in the run
	extra *atomic.Int64 // of these, made for halves
}

// NewBisected returns the manner around api, with the run's budget unspent.
func NewBisected(api destination.API) Bisected {
	return Bisected{API: api, calls: new(atomic.Int64), extra: new(atomic.Int64)}
}

// Apply makes the call, and smaller ones where it is refused whole.
func (s Bisected) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	outcomes, err := s.call(ctx, b)
	ce := callError(err)
	switch {
	case ce == nil:
		return outcomes, err
	case mayHalve(ce, b):
	case ce.Fault == destination.RefusedWhole:
		return spread(ce, b, s.Traits().Ops[b.Op].Replay), nil
	default:
		return outcomes, err
	}
	budget := splitCallsPerBatch
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

// mayHalve tells what one user can bring on a whole batch: a refusal, and, if
// nothing else helped (Apart), a failure of the server.
func mayHalve(ce *destination.CallError, b user.Batch) bool {
	switch {
	case len(b.Records) == 1:
		return false
	case ce.Fault == destination.RefusedWhole:
		return ce.Status == 400 || ce.Status == 413 || ce.Status == 422
	}
	return b.Apart && ce.Fault == destination.PerhapsTaken && ce.Status >= 500
}

// halves sends the halves of a batch that was refused with ce, and fills
// outcomes, which stand for b's records.
func (s Bisected) halves(ctx context.Context, b user.Batch, outcomes []user.Outcome, ce *destination.CallError, budget *int) error {
	for _, r := range b.Records {
		r.MaybeSent = r.MaybeSent || ce.Fault == destination.PerhapsTaken
	}
	middle := len(b.Records) / 2
	for _, half := range [2]struct{ from, to int }{{0, middle}, {middle, len(b.Records)}} {
		part, out := b.Of(b.Records[half.from:half.to]), outcomes[half.from:half.to]
		if !s.afford(budget) {
			leave(out, ce)
			continue
		}
		if err := s.half(ctx, part, out, budget); err != nil {
			return err
		}
	}
	return nil
}

// half sends one half. A half that fails in another way gets its verdicts,
// while the other half goes on.
func (s Bisected) half(ctx context.Context, b user.Batch, outcomes []user.Outcome, budget *int) error {
	got, err := s.call(ctx, b)
	ce := callError(err)
	switch {
	case err == nil:
		copy(outcomes, got)
	case ce == nil || ce.Fault == destination.Denied:
		return err
	case mayHalve(ce, b):
		return s.halves(ctx, b, outcomes, ce, budget)
	default:
		copy(outcomes, spread(ce, b, s.Traits().Ops[b.Op].Replay))
	}
	return nil
}

// afford takes one extra call from both budgets, if both have it.
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

// leave settles what the budget did not reach: these users were refused only
// in company, so nobody can say that the API refuses them.
func leave(outcomes []user.Outcome, ce *destination.CallError) {
	for i := range outcomes {
		outcomes[i] = user.Outcome{Status: user.Failed, Code: user.CodeBatchRefused, Detail: ce.Detail, HTTP: ce.Status, RequestID: ce.RequestID}
	}
}
