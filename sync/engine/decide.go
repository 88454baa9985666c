package engine

import "usersync/sync/user"

// decider decides what a record needs, by what is known of its user. Only the planner uses
// it.
type decider struct {
	job     Job
	ownKeys bool   // the API assigns its users' keys
	memory  memory // what the destination is known to hold
}

func newDecider(j Job) decider {
	return decider{job: j, ownKeys: j.Destination.Traits().OwnKeys, memory: newMemory(j)}
}

// check returns the outcome of a record that cannot be sent, whatever is known of its
// user. takes says that the destination has a call for it.
func (d *decider) check(r *user.Record, takes bool) (user.Outcome, bool) {
	if r.Err == nil {
		r.Err = d.job.Destination.Check(r)
	} else if r.HasCells() {
		r.Also(d.job.Destination.Check(r))
	}
	if r.Err == nil && !takes {
		r.Err = &user.InvalidError{Code: "no_such_call", Rule: "the destination cannot " + string(r.Op) + " users"}
	}
	if r.Err != nil {
		return invalid(r), true
	}
	return user.Outcome{}, false
}

// earlier returns the outcome that an earlier start of this run already had for the
// record.
func (d *decider) earlier(r *user.Record, known user.LedgerEntry) (user.Outcome, bool, error) {
	if d.job.OutcomeOf == nil || r.Origin.Record > d.job.MaybeSentTo {
		return user.Outcome{}, false, nil
	}
	o, settled, err := d.job.OutcomeOf(r)
	if err != nil {
		return o, false, err
	}
	r.Renamed = d.job.WasRenamed != nil && d.job.WasRenamed(r, known)
	if !settled {
		r.MaybeSent = d.job.WasSent == nil || d.job.WasSent(r)
		r.PerhapsTaken = r.MaybeSent
		return o, false, nil
	}
	before := d.memory.of(r.User.ID, known)
	r.IntentRecorded = known.State == user.Pending && o.Action == user.Create
	r.PerhapsCreated = before.State == user.Pending
	r.PerhapsTaken = o.Action != "" // the journal does not say whether all of its calls were refused
	d.memory.learn(kept(before), &o)
	return o, true, nil
}

// outcome returns the outcome of a record that needs no call. Known is what is known of its
// user now.
func (d *decider) outcome(r *user.Record, known user.LedgerEntry) (user.Outcome, bool) {
	if r.Remote == "" {
		r.Remote = known.Remote
	}
	r.PerhapsCreated = known.State == user.Pending || d.memory.ledger == nil && r.MaybeSent && r.Origin.Before != nil
	r.MaybeSent = r.MaybeSent || r.PerhapsCreated
	r.DeletedBefore = d.ownKeys && known.State == user.Absent && d.memory.deleted(r.User.ID, known)
	r.PerhapsTaken = r.PerhapsTaken || r.MaybeSent
	o, settled := d.settles(r, known)
	switch {
	case !settled && d.superseded(r, known):
		r.Err = &user.InvalidError{Code: user.CodeSuperseded, Rule: "is older than what the ledger knows of this user",
			Hint: "leave it out or send it with --allow-stale"}
		return invalid(r), true
	case d.noteRepeat(r, known, &o):
		return invalid(r), true
	case settled:
		return o, true
	}
	if o, is := d.parked(r); is {
		return o, true
	}
	return d.unplanned(r)
}

// superseded reports whether a reject that is sent again is out of date.
func (d *decider) superseded(r *user.Record, known user.LedgerEntry) bool {
	return r.Planned == "" && d.job.Superseded != nil && r.Origin.Before != nil && d.job.Superseded(r, known)
}

// call is the first call for an intent.
func call(intent user.Op, state user.EntryState) user.Op {
	switch {
	case intent != user.Upsert:
		return intent
	case state == user.Present || state == user.AcceptedLater:
		return user.Update
	}
	return user.Create
}

func invalid(r *user.Record) user.Outcome {
	o := user.Unsent(r.Err)
	o.Record = r
	o.NoteRecurring()
	return o
}
