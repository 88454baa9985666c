package reader

import "usersync/sync/user"

// CodeIDChanged is the code of a reject whose id is not the one that was rejected.
const CodeIDChanged = "id_changed"

// idFaults are the codes of rejects whose id was what was wrong.
var idFaults = map[string]bool{"no_id": true, "bad_id": true, "null_id": true, "damaged_id": true, "pseudonym": true, CodeTorn: true, "unparsed": true}

// check makes a reject invalid whose id is not that of the run and record that
// it names: a spreadsheet ate its zeros, or the columns in front of it are those of
// another row. An id that was what was wrong may be changed; one that was refused
// for this before must be.
func (r *Rejects) check(rec *user.Record) {
	before := *rec.Origin.Before
	if rec.Err != nil && !rec.OnlySuspect() || idFaults[before.Code] {
		return
	}
	same, known := r.RejectedAs(before, rec.User.ID)
	if !known || same != (before.Code == CodeIDChanged) {
		return
	}
	rec.Err = &user.InvalidError{Code: CodeIDChanged, Field: user.ID, Rule: "is not the id of the record that this row names in " + user.RejectRun + " and " + user.RejectRecord,
		Hint: "put the id back, as text; if it is meant to be another one, empty " + user.RejectRun + " in this row"}
}

// leavesOut reports whether a record is a reject that was not selected, and counts it. A row
// that cannot be read is never left out: it may be any reject.
func (in *Input) leavesOut(rec *user.Record) bool {
	before := user.Rejected{} // of a row that names no run
	switch {
	case rec.Origin.Before != nil:
		before = *rec.Origin.Before
	case rec.Err != nil:
		return false
	}
	switch in.o.Rejects.Selected(before) {
	case MaybeSent:
		rec.MaybeSent = true
	case OtherGroup:
		in.skipped.OtherGroups++
		return true
	case Settled:
		in.skipped.Settled++
		return true
	}
	return false
}
