package checkpoint

import (
	"slices"

	"usersync/sync/ledger"
	"usersync/sync/user"
)

func (u Unfinished) unsafeCreates() bool {
	return slices.Contains(u.Journal.Header.Unsafe, user.Create)
}

// unsettled returns what calls without an outcome leave, and updates and deletes in doubt or
// refused: nothing is certain about their users.
func (u Unfinished) unsettled() []ledger.Entry {
	var entries []ledger.Entry
	for _, s := range u.Journal.Sent {
		state := user.Present // may have changed, in an unknown way
		if s.Op == user.Create {
			state = user.Pending
		}
		entries = append(entries, ledger.Entry{ID: s.ID, Record: s.Record, State: state, Replace: true})
	}
	for i := range u.Journal.Settled {
		o := &u.Journal.Settled[i]
		e := ledger.Entry{ID: o.ID, Remote: o.Remote, Record: o.Record, State: user.Present, Replace: true}
		if e.IfHeld = isRefused(o) && !(o.Action == user.Create && u.unsafeCreates()); !e.IfHeld && !isDoubtful(o) {
			continue
		}
		if o.Code == user.CodeSameUser {
			e.Remote = "" // it is another id's
		}
		entries = append(entries, e)
	}
	return entries
}

// isRefused reports whether a call was refused, or failed. The journal does not say whether an
// earlier call for the record took effect.
func isRefused(o *user.Settled) bool {
	return (o.Status == user.Refused || o.Status == user.Failed) && o.Action != "" && o.Code != user.CodeMissing
}

// isDoubtful reports whether an update or a delete is in doubt.
func isDoubtful(o *user.Settled) bool {
	return o.Status == user.InDoubt && o.Code != user.CodeUnprovedAbsent && (o.Action == user.Update || o.Action == user.Delete)
}
