package stack

import (
	"net/http"

	"usersync/sync/destination"
	"usersync/sync/destination/verdict"
	"usersync/sync/user"
)

// settle sets what the read-back means, and reports whether to send the record again.
func (v Verified) settle(op user.Op, o *user.Outcome, r *user.Record, found destination.Found) (again bool) {
	if found.Remote != "" {
		o.Remote = found.Remote
	}
	switch {
	case found.Presence == destination.Another:
		*o = verdict.SameUserAfter(o, found)
		return false
	case o.Status == user.Conflict:
		return v.settleConflict(o, r, found)
	case o.Status == user.Refused || o.Status == user.Failed:
		settleRejected(op, o, r, found)
		return false
	case found.Presence == destination.Unknown:
		o.Status = user.InDoubt
		if o.Code == "" || o.HTTP/100 != 2 { // otherwise it says why a success is not believed
			o.Code = user.CodeNoAnswer
		}
		if o.Detail == "" && op == user.Create && v.Traits().CannotVerifyCreate() {
			o.Detail = resolveByHand
		}
		return false
	}
	switch op {
	case user.Create:
		return v.settleCreate(o, r, found)
	case user.Update:
		return v.settleUpdate(o, r, found)
	}
	return v.settleDelete(o, r, found)
}

// settleConflict settles a create that did not succeed, perhaps because the user exists:
// if the read-back shows the user, that is why. Otherwise the answer means what its status
// says. A user can be ours only if an earlier attempt may have made it.
func (v Verified) settleConflict(o *user.Outcome, r *user.Record, found destination.Found) (again bool) {
	refused := o.HTTP/100 == 4
	switch {
	case found.Presence == destination.Same || found.Presence == destination.Different:
		o.Status = user.Exists
	case refused && (found.Presence == destination.Absent && !r.Unanswered || !r.MaybeSent):
		o.Status = user.Refused
		return false
	default:
		o.Status = user.InDoubt
	}
	return v.settle(user.Create, o, r, found)
}

// codeUnseen goes with Exists: we may have created the user with exactly this data, of
// which the API did not return all that it can.
const codeUnseen = "unseen"

func (v Verified) settleCreate(o *user.Outcome, r *user.Record, found destination.Found) (again bool) {
	maybeOurs := !r.Renamed && (o.Status == user.InDoubt || r.MaybeSent)
	switch {
	case found.Presence == destination.Absent && r.Attempts > 0 && v.Traits().Ops[user.Create].Replay == destination.Unsafe && verdict.Unanswered(user.Create, o.HTTP):
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer
		return false
	case found.Presence == destination.Absent:
		return v.resend(o, r)
	case found.Presence == destination.Same && maybeOurs && r.Op == user.Upsert && !found.ShowsAllBut(r, v.Traits().Unshown):
		o.Status, o.Code = user.Exists, codeUnseen // an update is right in either case
	case found.Presence == destination.Same && o.Status == user.Exists && maybeOurs:
		o.Status, o.Code = user.Created, user.CodeReplayed
	case found.Presence == destination.Same && maybeOurs:
		o.Status, o.Code = user.Created, user.CodeReadBack
	case r.Op == user.Create:
		o.Status, o.Code = user.Refused, user.CodeExists
	default:
		o.Status, o.Code = user.Exists, ""
	}
	return false
}

// settleRejected sets the outcome of the first attempt if a repetition was rejected. What the
// API says of the data is true of each attempt. What it says of the moment may be about an
// attempt that is still at work.
func settleRejected(op user.Op, o *user.Outcome, r *user.Record, found destination.Found) {
	same := found.Presence == destination.Same
	switch {
	case op == user.Create && same:
		o.Status, o.Code = user.Created, user.CodeReadBack
	case op == user.Update && same && found.Shows(r):
		o.Status, o.Code = user.Updated, user.CodeReadBack
	case op == user.Delete && found.Presence == destination.Absent:
		o.Status, o.Code = user.Deleted, user.CodeReadBack
	case op == user.Update && same, found.Presence == destination.Unknown, r.Unanswered && !isAboutData(o):
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer
	}
}

// isAboutData reports whether a record was rejected for what it says.
func isAboutData(o *user.Outcome) bool {
	switch o.HTTP {
	case http.StatusConflict, http.StatusPreconditionFailed, http.StatusLocked:
		return false
	}
	return o.Status == user.Refused
}

func (v Verified) settleUpdate(o *user.Outcome, r *user.Record, found destination.Found) (again bool) {
	switch {
	case found.Presence == destination.Absent:
		o.Status = user.Missing
		return false
	case found.Presence == destination.Same && found.Shows(r):
		o.Status, o.Code = user.Updated, user.CodeReadBack
		return false
	case found.Presence == destination.Same && r.RetriesUsed > v.Retries:
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer // what the API does not return may or may not have changed
		return false
	}
	return v.repeat(user.Update, o, r)
}

func (v Verified) settleDelete(o *user.Outcome, r *user.Record, found destination.Found) (again bool) {
	if found.Presence == destination.Absent {
		o.Status, o.Code = user.Deleted, user.CodeReadBack
		return false
	}
	return v.repeat(user.Delete, o, r)
}

// repeat asks for another attempt at a call without visible effect, unless it must not
// be repeated: it may still take effect.
func (v Verified) repeat(op user.Op, o *user.Outcome, r *user.Record) bool {
	if v.Traits().Ops[op].Replay == destination.Unsafe {
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer
		return false
	}
	return v.resend(o, r)
}

// resend asks for another attempt if one is left. Otherwise it is known that the record
// never got through, unless an attempt may still take effect.
func (v Verified) resend(o *user.Outcome, r *user.Record) bool {
	if r.RetriesUsed <= v.Retries {
		return true
	}
	if r.Unanswered {
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer
		return false
	}
	o.Status = user.Failed
	if o.Code == "" || o.Code == user.CodeWholeConflict {
		o.Code = user.CodeNotApplied
	}
	return false
}
