package engine

import "usersync/sync/user"

// settles returns the outcome that is already known, unless a plan asks for a call.
func (d *decider) settles(r *user.Record, known user.LedgerEntry) (user.Outcome, bool) {
	if r.Renamed { // the API is still to learn the id
		return user.Outcome{}, false
	}
	if d.ownKeys && known.Remote != "" {
		switch {
		// The row is of one of two ids, and it is not known whose the user is.
		case known.Shared && r.Remote == known.Remote:
			return shared(r, known), true
		// The ledger knows nothing of the user that the row names.
		case r.OwnRemote && r.Remote != known.Remote && r.Op != user.Create:
			return user.Outcome{}, false
		}
	}
	if r.Planned != "" && r.Planned != user.SameAsPlanned {
		return user.Outcome{}, false
	}
	return d.memory.settles(r, known)
}

// shared is the outcome of a record whose user another id has too. One that is pending was
// made, and no run can find out which of the two the key leads to.
func shared(r *user.Record, known user.LedgerEntry) user.Outcome {
	o := user.Outcome{Record: r, Status: user.Refused, Code: user.CodeSameUser, Detail: user.SameUserDetail, Remote: r.Remote}
	if known.State == user.Pending {
		o.Status, o.Detail = user.InDoubt, user.ReusedKeyDetail
	}
	return o
}

// unplanned settles a record for which the plan holds no call. Normally what is known
// settles such a record. If it does not, an earlier record of its user did not go as
// planned, and the user may not be as this record says.
func (d *decider) unplanned(r *user.Record) (user.Outcome, bool) {
	if !d.job.Applying || r.Planned != "" && r.Planned != user.SameAsPlanned {
		return user.Outcome{}, false
	}
	o := user.Outcome{Record: r, Status: user.Failed, Code: user.CodeNotPlanned}
	if r.Planned == user.SameAsPlanned {
		o.Status, o.Code = user.Unchanged, user.CodePlanned
	}
	return o, true
}

// holds reports whether the ledger holds something certain of a user: after a call in doubt it
// does not, and the user may have been deactivated. What is known without a ledger is certain.
func (d *decider) holds(known user.LedgerEntry) bool {
	prints := known.Fingerprints
	held := known.State == user.Present || known.State == user.AcceptedLater
	return held && (d.job.Ledger == nil || len(prints.Fields) > 0 && !prints.EarlierID() || prints.Secrets != [16]byte{})
}

// firstCall is the call to send the record with: the plan's if there is one, otherwise
// the one that follows from what is known.
func (d *decider) firstCall(r *user.Record, known user.LedgerEntry) user.Op {
	r.NotHeld = !d.holds(known)
	r.NoEntry, r.EarlierID = known.State == user.Absent, known.Fingerprints.EarlierID()
	if d.job.Applying && r.Planned != "" {
		return r.Planned
	}
	op := call(r.Op, known.State)
	if op == user.Create && r.Op == user.Upsert && d.ownKeys && r.Remote != "" && !r.MaybeSent {
		return user.Update // the input has a key that the API assigned, so the user exists
	}
	return op
}
