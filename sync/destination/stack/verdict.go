package stack

import (
	"context"
	"net/http"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// spread turns the failure of a whole call into a verdict for each record.
func spread(ce *destination.CallError, b user.Batch, replay destination.Replay) []user.Outcome {
	o := user.Outcome{Status: verdict(ce, b.Op, replay), Code: ce.Code, Detail: ce.Detail, HTTP: ce.Status, RequestID: ce.RequestID}
	if o.Status == user.Exists && len(b.Records) > 1 {
		o.Code = user.CodeWholeConflict
	}
	outcomes := make([]user.Outcome, len(b.Records))
	for i := range outcomes {
		outcomes[i] = o
	}
	return outcomes
}

// verdict is what a fault means for a record. A create that conflicts as a
// whole names nobody, so every user is taken as existing until a further call
// tells. A 503 that names no time may come from a proxy that had passed the
// call on, which matters only where a second call would make a second user.
func verdict(ce *destination.CallError, op user.Op, replay destination.Replay) user.Status {
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

// unsettled makes what is not final unsettled, for a run that ends before it
// could be found out. A refusal is not final where an earlier try was perhaps
// taken. Who is in doubt was perhaps sent: a look that told nothing has taken
// that mark away.
func unsettled(b user.Batch, outcomes []user.Outcome) []user.Outcome {
	if outcomes == nil {
		outcomes = make([]user.Outcome, len(b.Records))
	}
	for i := range outcomes {
		s := outcomes[i].Status
		if s == user.InDoubt { // also where a read-back could not tell
			b.Records[i].Maybe = true
		}
		if !s.Final() || s == user.InDoubt || rejectedTwice(outcomes[i], b.Records[i]) {
			outcomes[i].Status = user.Unsettled
			b.Records[i].Maybe = b.Records[i].Maybe || s == user.InDoubt
		}
	}
	return outcomes
}

// rejectedTwice tells that a try was rejected which repeats one that was
// perhaps taken: what became of that?
func rejectedTwice(o user.Outcome, r *user.Record) bool {
	return r.Maybe && (o.Status == user.Refused || o.Status == user.Failed)
}

// pick returns the records of b at the given places.
func pick(b user.Batch, places []int) user.Batch {
	records := make([]*user.Record, len(places))
	for i, at := range places {
		records[i] = b.Records[at]
	}
	return b.Of(records)
}

// place puts part, which stands for the given places, into whole.
func place(whole, part []user.Outcome, places []int) {
	for i, at := range places {
		whole[at] = part[i]
	}
}

// applyAt sends the records of b at the given places, and puts what they come to
// there.
func applyAt(ctx context.Context, api destination.API, b user.Batch, outcomes []user.Outcome, places []int) error {
	part, err := api.Apply(ctx, pick(b, places))
	if part != nil {
		place(outcomes, part, places)
	}
	return err
}
