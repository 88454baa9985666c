// Package verdict says what the answer to a call, or its failure, means for the records
// that the call carried. It makes no call and decides on no other one: the middleware does.
// Some of its verdicts (Exists, Missing, Busy) never leave the middleware.
//
// Start at ToAll.
package verdict

import (
	"net/http"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// ToAll gives every record of a failed call the status that the failure implies.
func ToAll(ce *destination.CallError, b user.Batch, replay destination.Replay) []user.Outcome {
	o := user.Outcome{Status: Of(ce, b.Op, replay), Code: ce.Code, Detail: ce.Detail, HTTP: ce.Status, RequestID: ce.RequestID}
	if o.Status == user.Exists && len(b.Records) > 1 {
		o.Code = user.CodeWholeConflict
	}
	if o.Status == user.Conflict && len(b.Records) > 1 {
		o.Status = Of(ce.Silent(), b.Op, replay) // it does not say which
	}
	outcomes := make([]user.Outcome, len(b.Records))
	for i := range outcomes {
		outcomes[i] = o
	}
	return outcomes
}

// Of returns the status that a fault implies for a record. A create that conflicts
// as a whole names no user, so all are treated as existing until another call tells.
// A 503 without Retry-After may come from a proxy that had passed the call on, which
// matters only if a second call would make a second user.
//
// A create whose answer reads as if the user existed is a conflict to look into.
func Of(ce *destination.CallError, op user.Op, replay destination.Replay) user.Status {
	switch {
	case ce.Fault == destination.RefusedWhole && ce.Status == http.StatusConflict && op == user.Create:
		return user.Exists
	case ce.SaysExists && op == user.Create && (ce.Fault == destination.RefusedWhole || ce.Fault == destination.PerhapsTaken):
		return user.Conflict
	case ce.Fault == destination.RefusedWhole:
		return user.Refused
	case ce.Fault == destination.NotTaken && ce.Status == http.StatusServiceUnavailable && ce.After == 0 && replay == destination.Unsafe:
		return user.InDoubt
	case ce.Fault == destination.NotTaken:
		return user.Busy
	}
	return user.InDoubt
}

// Unresolved makes every outcome that is not final unsettled, for a run that ends before
// it can find out. A refusal is not final if an earlier attempt may have been taken. A
// record in doubt may have been sent: an inconclusive read-back has cleared that flag.
func Unresolved(b user.Batch, outcomes []user.Outcome) []user.Outcome {
	if outcomes == nil {
		outcomes = make([]user.Outcome, len(b.Records))
	}
	for i := range outcomes {
		s := outcomes[i].Status
		if s == user.InDoubt || s == user.Conflict && !answeredUntaken(&outcomes[i]) {
			b.Records[i].MaybeSent = true
		}
		if !s.Final() || s == user.InDoubt || RejectedTwice(outcomes[i], b.Records[i]) {
			outcomes[i].Status = user.Unsettled
			b.Records[i].MaybeSent = b.Records[i].MaybeSent || s == user.InDoubt
		}
	}
	return outcomes
}

// RejectedTwice reports whether a retry was rejected after an earlier attempt that may
// have been taken, so the rejection alone does not say what happened.
func RejectedTwice(o user.Outcome, r *user.Record) bool {
	return r.MaybeSent && (o.Status == user.Refused || o.Status == user.Failed)
}

// MarkTaken sets PerhapsTaken for the records that a call may have delivered, by its answer: the
// last one, if it took several.
func MarkTaken(b user.Batch, outcomes []user.Outcome, err error, replay destination.Replay) {
	told := err == nil && len(outcomes) == len(b.Records) || NotTaken(destination.AsCallError(err), b.Op, replay)
	for i, r := range b.Records {
		taken := !told || err == nil && !answeredUntaken(&outcomes[i])
		r.PerhapsTaken = r.PerhapsTaken || taken
	}
}

// answeredUntaken reports whether the API said that it did not take the record.
func answeredUntaken(o *user.Outcome) bool {
	switch o.Status {
	case user.Refused, user.Busy, user.Exists, user.Missing, user.Invalid:
		return true
	case user.Conflict:
		return o.HTTP/100 == 4
	}
	return false
}

// NotTaken reports whether a call that failed delivered no one.
func NotTaken(ce *destination.CallError, op user.Op, replay destination.Replay) bool {
	if ce == nil || ce.Fault == destination.Denied {
		return ce != nil
	}
	s := Of(ce.Silent(), op, replay)
	return s == user.Busy || s == user.Refused || s == user.Exists
}
