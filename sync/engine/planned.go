package engine

import (
	"time"

	"usersync/sync/user"
)

// settles is what is known, unless a plan says that a call is to be made.
func (p *planner) settles(r *user.Record, known user.LedgerEntry) (user.Outcome, bool) {
	if r.Planned != "" && r.Planned != user.SameAsPlanned {
		return user.Outcome{}, false
	}
	return p.memory.settles(r, known)
}

// unplanned settles a record for which the plan holds no call. What is known
// settles such a record unless an earlier one of its user went otherwise than
// planned: then nobody knows that the user is as the record says.
func (p *planner) unplanned(r *user.Record) (user.Outcome, bool) {
	o := user.Outcome{Record: r, At: time.Now()}
	switch {
	case !p.job.Applying || r.Planned != "" && r.Planned != user.SameAsPlanned:
		return user.Outcome{}, false
	case r.Planned == user.SameAsPlanned:
		o.Status, o.Code = user.Unchanged, user.CodePlanned
	default:
		o.Status, o.Code = user.Failed, user.CodeNotPlanned
	}
	return o, true
}

// firstCall is the call that the record is sent with: the plan's, where there is
// one, else the one that follows from what is known.
func (p *planner) firstCall(r *user.Record, known user.LedgerEntry) user.Op {
	if p.job.Applying && r.Planned != "" {
		return r.Planned
	}
	op := call(r.Op, known.State)
	if op == user.Create && r.Op == user.Upsert && p.ownKeys && r.Remote != "" && !r.MaybeSent {
		return user.Update // the input names a key that the API made, so that the user is there
	}
	return op
}
