package ledger

import (
	"cmp"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// EntryOf is what an outcome changes in the ledger; false if that is nothing.
//
// A field of which it is in doubt what the destination holds loses its print:
// the value that is known might look unchanged tomorrow, and be another one
// there.
func EntryOf(o *user.Outcome, p *fingerprint.Fingerprinter) (Entry, bool) {
	r := o.Record
	e := Entry{ID: r.User.ID, Remote: cmp.Or(o.Remote, r.Remote), Record: r.Origin.Record, Standing: user.Present}
	switch o.Status {
	case user.Created:
		e.Anew = true
	case user.Updated:
	case user.Unchanged:
		switch o.Code {
		case user.CodeSame, user.CodeAdopted, user.CodeAssumed:
		default: // the ledger said so itself
			return Entry{}, false
		}
	case user.Accepted:
		e.Standing = user.AcceptedLater
	case user.Deleted:
		e.Standing, e.Deleted = user.Absent, o.Code != user.CodeAlreadyAbsent
		return e, true
	case user.Refused, user.Failed:
		if o.Code == user.CodeMissing || r.IntentRecorded && o.Action == user.Create {
			e.Standing = user.Absent // a pending user must not stay that: the create was not taken
		}
		return e, o.Code == user.CodeMissing || r.IntentRecorded
	case user.InDoubt:
		return doubted(e, o)
	default:
		return Entry{}, false
	}
	e.Prints = p.Fingerprints(nil, &r.User)
	return e, true
}

// doubted is what an outcome in doubt leaves: after a create, a user who is
// looked up before the next call, whatever was known before; after another
// call, one of whom the fields sent are unknown. A delete may have taken all.
func doubted(e Entry, o *user.Outcome) (Entry, bool) {
	if o.Code == user.CodeUnprovedAbsent {
		e.Anew, e.IfHeld = true, true // the user may be absent, and was perhaps never known
		return e, true
	}
	switch o.Action {
	case user.Update:
		for _, a := range o.Record.User.Attributes {
			e.Doubted = append(e.Doubted, a.Field)
		}
		if len(o.Record.User.Secrets) > 0 {
			e.Doubted = append(e.Doubted, fingerprint.Secrets)
		}
		return e, true
	case user.Delete:
		e.Anew = true // known to have been there, and nothing of what it holds
		return e, true
	case user.Create:
		e.Standing, e.Anew = user.Pending, true
		return e, true
	}
	return Entry{}, false
}

// Over is what is known once e is laid over what was known before.
func (e *Entry) Over(known user.LedgerEntry) user.LedgerEntry {
	if e.Standing == user.Absent {
		return user.LedgerEntry{}
	}
	if e.IfHeld && known.State == user.Absent {
		return known
	}
	if e.Anew {
		known.Remote, known.Fingerprints = "", user.Fingerprints{}
	}
	if e.Remote != "" {
		known.Remote = e.Remote
	}
	known.State, known.Run, known.Record = e.Standing, e.Run, e.Record
	known.Fingerprints = fingerprint.Merge(known.Fingerprints, e.Prints, e.Doubted)
	return known
}
