package ledger

import (
	"cmp"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// EntryOf returns what an outcome changes in the ledger; false if it changes nothing.
//
// A field whose value in the destination is uncertain loses its fingerprint. Otherwise
// the known value could look unchanged in the next run, while the destination holds a
// different one.
//
// The fingerprints of the entry use prints if that has room.
func EntryOf(o *user.Outcome, p *fingerprint.Fingerprinter, prints []user.Fingerprint) (Entry, bool) {
	r := o.Record
	e := Entry{ID: r.User.ID, Remote: cmp.Or(o.Remote, r.Remote), Record: r.Origin.Record, State: user.Present}
	switch o.Status {
	case user.Created:
		e.Replace = true
	case user.Updated:
	case user.Unchanged:
		switch o.Code {
		case user.CodeSame, user.CodeAdopted, user.CodeAssumed:
		default: // that came from the ledger itself
			return Entry{}, false
		}
	case user.Accepted:
		e.State = user.AcceptedLater
	case user.Deleted:
		e.State, e.Missing = user.Absent, o.Code == user.CodeAlreadyAbsent
		e.Deleted = !e.Missing
		return e, true
	case user.Refused, user.Failed:
		return afterRefusal(e, o)
	case user.InDoubt:
		return afterDoubt(e, o)
	default:
		return Entry{}, false
	}
	e.Fingerprints = p.Held(prints, &r.User)
	return e, true
}

// afterRefusal returns what a refusal or a failure changes. Nothing, if no call took effect: the
// user is as the ledger says. But one call may have taken effect before another was refused.
func afterRefusal(e Entry, o *user.Outcome) (Entry, bool) {
	r := o.Record
	absent, pending := madeNoUser(o), r.IntentRecorded || r.PerhapsCreated
	switch {
	case o.Code == user.CodeSameUser && (pending || !absent && !r.PerhapsTaken):
		// a pending create has made no user of this id
		return Entry{ID: e.ID, Record: e.Record, State: user.Absent, IfPending: true}, true
	case r.IntentRecorded && !r.Renamed && o.Action == user.Create && user.OnlyReadShows(o.Code, o.HTTP):
		e.State, e.Replace = user.Pending, true // the next create is about the same user
		return e, true
	case o.Code == user.CodeMissing, absent:
		e.State = user.Absent
		return e, true
	case r.IntentRecorded && o.Action != "":
		return e, true
	case pending || !r.PerhapsTaken && !contradicts(o), namesOther(o):
		return Entry{}, false
	}
	if e.IfHeld = true; o.Code == user.CodeSameUser {
		e.Remote = r.Remote // the outcome's is another id's
	}
	forgetSent(&e, o)
	return e, true
}

// namesOther reports whether the row itself named the key of another id's user: no call was about
// the user of its own id.
func namesOther(o *user.Outcome) bool {
	return o.Code == user.CodeSameUser && o.Record.OwnRemote && o.Remote == o.Record.Remote
}

// contradicts reports whether an update may have found no user before the record failed: the user
// is perhaps not as the ledger says.
func contradicts(o *user.Outcome) bool {
	return o.Code == user.CodeContradiction || o.Code == user.CodeUnread
}

// madeNoUser reports whether the last call was a create, which was not accepted: the user is not
// pending, and not held either, because the create of a user who is held follows an update that
// found no one. Only a plan may hold a create for a user who is still there, and one who was just
// renamed was found by it. Where the ledger knows nothing, nothing changes.
func madeNoUser(o *user.Outcome) bool {
	r := o.Record
	return o.Action == user.Create && !r.Renamed && (r.IntentRecorded || !r.NoEntry && !r.PerhapsCreated && r.Planned != user.Create)
}

// forgetSent makes what a call of the outcome's action may have changed uncertain: after an
// update the fields sent, and after a delete everything.
func forgetSent(e *Entry, o *user.Outcome) {
	if o.Action == user.Delete {
		e.Replace = true // the user existed, and nothing more is known
		return
	}
	for _, a := range o.Record.User.Attributes {
		e.Uncertain = append(e.Uncertain, a.Field)
	}
	if len(o.Record.User.Secrets) > 0 {
		e.Uncertain = append(e.Uncertain, fingerprint.Secrets)
	}
}

// afterDoubt returns what an outcome in doubt changes. After a create, the user must be
// looked up before the next call; so it still must be if it was perhaps created before, and its
// key is not known. After an update, the fields sent are uncertain. After a delete, everything is.
func afterDoubt(e Entry, o *user.Outcome) (Entry, bool) {
	if o.Code == user.CodeUnprovedAbsent {
		e.Replace, e.IfHeld = true, true // the user may be absent, and was perhaps never known
		if o.Record.PerhapsCreated && e.Remote == "" {
			e.State = user.Pending // as before it
		}
		return e, true
	}
	if o.Record.PerhapsCreated && e.Remote == "" { // a call that a plan holds, or a delete, found no one
		e.State, e.Replace = user.Pending, true
		return e, o.Action != ""
	}
	switch o.Action {
	case user.Update, user.Delete:
		forgetSent(&e, o)
		return e, true
	case user.Create:
		e.State, e.Replace = user.Pending, true
		return e, true
	}
	return Entry{}, false
}
