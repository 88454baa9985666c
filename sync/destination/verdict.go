package destination

import "usersync/sync/user"

// spread turns the failure of a whole call into a verdict for each record.
func spread(ce *CallError, b user.Batch, replay Replay) []user.Outcome {
	o := user.Outcome{Status: verdict(ce, replay), Code: ce.Code, Detail: ce.Detail, HTTP: ce.Status, RequestID: ce.RequestID}
	outcomes := make([]user.Outcome, len(b.Records))
	for i := range outcomes {
		outcomes[i] = o
	}
	return outcomes
}

// verdict is what a fault means for a record. A 503 that names no time may
// come from a proxy that had passed the call on, which matters only where a
// second call would make a second user.
func verdict(ce *CallError, replay Replay) user.Status {
	switch {
	case ce.Fault == RefusedWhole:
		return user.Refused
	case ce.Fault == NotTaken && ce.Status == 503 && ce.After == 0 && replay == Unsafe:
		return user.InDoubt
	case ce.Fault == NotTaken:
		return user.Busy
	}
	return user.InDoubt
}

// unsettled makes what is not final unsettled, for a run that ends before it
// could be found out.
func unsettled(outcomes []user.Outcome, n int) []user.Outcome {
	if outcomes == nil {
		outcomes = make([]user.Outcome, n)
	}
	for i := range outcomes {
		if s := outcomes[i].Status; !s.Final() || s == user.InDoubt {
			outcomes[i].Status = user.Unsettled
		}
	}
	return outcomes
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
