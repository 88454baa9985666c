package stack

import (
	"context"
	"net/http"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// toAll gives every record of a failed call the status that the failure implies.
func toAll(ce *destination.CallError, b user.Batch, replay destination.Replay) []user.Outcome {
	o := user.Outcome{Status: statusOf(ce, b.Op, replay), Code: ce.Code, Detail: ce.Detail, HTTP: ce.Status, RequestID: ce.RequestID}
	if o.Status == user.Exists && len(b.Records) > 1 {
		o.Code = user.CodeWholeConflict
	}
	outcomes := make([]user.Outcome, len(b.Records))
	for i := range outcomes {
		outcomes[i] = o
	}
	return outcomes
}

// statusOf returns the status that a fault implies for a record. A create that conflicts
// as a whole names no user, so all are treated as existing until another call tells.
// A 503 without Retry-After may come from a proxy that had passed the call on, which
// matters only if a second call would make a second user.
func statusOf(ce *destination.CallError, op user.Op, replay destination.Replay) user.Status {
	switch {
	case ce.Fault == destination.RefusedWhole && ce.Status == http.StatusConflict && op == user.Create:
		return user.Exists
	case ce.Fault == destination.RefusedWhole:
		return user.Refused
	case ce.Fault == destination.NotTaken && ce.Status == http.StatusServiceUnavailable && ce.After == 0 && replay == destination.Unsafe:
		return user.InDoubt
	case ce.Fault == destination.NotTaken:
		return user.Busy
	}
	return user.InDoubt
}

// unresolved makes every outcome that is not final unsettled, for a run that ends before
// it can find out. A refusal is not final if an earlier attempt may have been taken. A
// record in doubt may have been sent: an inconclusive read-back has cleared that flag.
func unresolved(b user.Batch, outcomes []user.Outcome) []user.Outcome {
	if outcomes == nil {
		outcomes = make([]user.Outcome, len(b.Records))
	}
	for i := range outcomes {
		s := outcomes[i].Status
		if s == user.InDoubt {
			b.Records[i].MaybeSent = true
		}
		if !s.Final() || s == user.InDoubt || rejectedTwice(outcomes[i], b.Records[i]) {
			outcomes[i].Status = user.Unsettled
			b.Records[i].MaybeSent = b.Records[i].MaybeSent || s == user.InDoubt
		}
	}
	return outcomes
}

// rejectedTwice reports whether a retry was rejected after an earlier attempt that may
// have been taken, so the rejection alone does not say what happened.
func rejectedTwice(o user.Outcome, r *user.Record) bool {
	return r.MaybeSent && (o.Status == user.Refused || o.Status == user.Failed)
}

// markTaken sets PerhapsTaken for the records that a call may have delivered.
func markTaken(b user.Batch, outcomes []user.Outcome, err error, replay destination.Replay) {
	untaken := func(user.Status) bool { return false }
	if err == nil && len(outcomes) == len(b.Records) || certainlyNotTaken(callError(err), b.Op, replay) {
		untaken = func(s user.Status) bool {
			return err != nil || s == user.Refused || s == user.Busy || s == user.Exists || s == user.Missing || s == user.Invalid
		}
	}
	for i, r := range b.Records {
		var status user.Status
		if i < len(outcomes) {
			status = outcomes[i].Status
		}
		r.PerhapsTaken = r.PerhapsTaken || !untaken(status)
	}
}

// certainlyNotTaken reports whether a call that failed delivered no one.
func certainlyNotTaken(ce *destination.CallError, op user.Op, replay destination.Replay) bool {
	if ce == nil || ce.Fault == destination.Denied {
		return ce != nil
	}
	s := statusOf(ce, op, replay)
	return s == user.Busy || s == user.Refused || s == user.Exists
}

// pick returns the records of b at the given indexes.
func pick(b user.Batch, places []int) user.Batch {
	records := make([]*user.Record, len(places))
	for i, at := range places {
		records[i] = b.Records[at]
	}
	return b.Of(records)
}

// place copies part, which holds the outcomes at the given indexes, into whole.
func place(whole, part []user.Outcome, places []int) {
	for i, at := range places {
		whole[at] = part[i]
	}
}

// applyAt sends the records of b at the given indexes and stores their outcomes there.
func applyAt(ctx context.Context, api destination.API, b user.Batch, outcomes []user.Outcome, places []int) error {
	part, err := api.Apply(ctx, pick(b, places))
	if part != nil {
		place(outcomes, part, places)
	}
	return err
}
