package destinationtest

import (
	"usersync/sync/destination"
	"usersync/sync/user"
)

// claim is what the client says about one user: a status, or the fault of the call. A
// conflict claims what its HTTP status does, and that a look is worth it.
func claim(outcomes []user.Outcome, ce *destination.CallError, i int) string {
	if ce != nil {
		return ce.Fault.String()
	}
	switch o := outcomes[i]; {
	case o.Status == user.Conflict && o.HTTP/100 == 4:
		return refused
	case o.Status == user.Conflict:
		return inDoubt
	}
	return string(outcomes[i].Status)
}

// verify compares what the client says about a user with the sandbox. data is what a
// successful call leaves there.
func verify(sc *scene, op user.Op, r *user.Record, claimed string, before Look, data string) {
	sc.t.Helper()
	after := sc.sandbox.Look(r)
	done := after != before
	switch claimed {
	case string(user.Created):
		if after.Held == 0 || after.Created == before.Created && sc.traits.Ops[op].Replay != destination.Safe {
			sc.t.Errorf("record %d is reported created: %d held, %d created, %d before", r.Origin.Record, after.Held, after.Created, before.Created)
		}
	case string(user.Updated):
		if after.Held == 0 || after.Data != data {
			sc.t.Errorf("record %d is reported updated, and does not hold what was sent", r.Origin.Record)
		}
	case string(user.Deleted):
		if after.Held > 0 {
			sc.t.Errorf("record %d is reported deleted, and exists", r.Origin.Record)
		}
	case string(user.Missing):
		if after.Held > 0 {
			sc.t.Errorf("record %d is reported missing, and exists", r.Origin.Record)
		}
	case refused, string(user.Busy), notTaken, denied, string(user.Unchanged):
		if done {
			sc.t.Errorf("record %d is reported %s, and something was done", r.Origin.Record, claimed)
		}
	}
	if after.Created > before.Created+1 {
		sc.t.Errorf("record %d was created %d times by one call", r.Origin.Record, after.Created-before.Created)
	}
	if after.Held > 1 && before.Held <= 1 && op != user.Create {
		sc.t.Errorf("record %d is held %d times", r.Origin.Record, after.Held)
	}
}
