package engine

import (
	"usersync/sync/repeat"
	"usersync/sync/user"
)

// Repeats tells which records have the id of an earlier record. Only the engine's planner
// calls its methods.
type Repeats interface {
	// Met reports whether the last that is known of a user came from this run, or was found
	// unchanged by it; known is what Lookup returned, and is true of it.
	Met(known user.LedgerEntry) bool
	// Differs reports whether a user carries something that is not known of the destination.
	Differs(known user.LedgerEntry, u *user.User) bool
}

// repeats reports whether an earlier record with the same id was applied and says something
// different. known is what is known of the user after it.
func (d *decider) repeats(r *user.Record, known user.LedgerEntry) bool {
	if r.Origin.Absent {
		return false
	}
	if d.job.Repeats == nil {
		return d.memory.rows != nil && !known.IsZero() && d.memory.rows.Differs(r)
	}
	switch {
	case !d.memory.applied(r.User.ID) && !d.job.Repeats.Met(known) && !wasRepeat(r, known):
		return false
	case r.Op == user.Delete || known.State == user.Absent: // an absent one was deleted
		return r.Op == user.Delete != (known.State == user.Absent)
	case r.OwnRemote && known.Remote != "" && known.Remote != r.Remote:
		return true
	}
	return d.job.Repeats.Differs(known, &r.User)
}

// wasRepeat reports whether a record is a reject that was refused because the ledger holds
// what an earlier row says: sent again unchanged, it still is.
func wasRepeat(r *user.Record, known user.LedgerEntry) bool {
	return r.Origin.Before != nil && r.Origin.Before.Code == user.CodeRepeatedID && known.State != user.Absent && known.State != user.Pending
}

// noteRepeat notes a record that repeats an id, unless it was settled as one that needs no
// call. It reports whether the record is refused for that.
func (d *decider) noteRepeat(r *user.Record, known user.LedgerEntry, o *user.Outcome) (refused bool) {
	if o.Status != user.Unsettled && o.Status != user.Refused || !d.repeats(r, known) {
		return false
	}
	r.Notes |= user.Repeats
	if !d.job.RefuseRepeated || o.Status == user.Refused {
		return false
	}
	r.Err = &user.RefusedError{Code: user.CodeRepeatedID, Rule: "an earlier row has this id and other data, and was applied",
		Hint: "keep one of the rows; or apply them in the order of the file with --repeated-ids apply"}
	return true
}

// isApplied reports whether an outcome means that the record was applied.
func isApplied(s user.Status) bool {
	switch s {
	case user.Created, user.Updated, user.Deleted, user.Unchanged, user.Accepted:
		return true
	}
	return false
}

// newRows returns what remembers rows if there is no ledger to compare them with.
func newRows(j Job) *repeat.Window {
	if j.Ledger != nil {
		return nil
	}
	return repeat.New(j.Window, j.RowHash)
}
