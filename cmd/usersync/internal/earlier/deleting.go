package earlier

import (
	"maps"
	"slices"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/sync/user"
)

// DeletingBy returns the users that runs were deleting which are absorbed. A run that has
// met an absence that nothing proves, or may have, says nothing: its address may be wrong.
// That a delete failed or was refused says that it did not happen.
func DeletingBy(absorbed []*history.Run) map[string]bool {
	ids := map[string]bool{}
	for _, r := range absorbed {
		m := &r.Journal.Checkpoint
		uncounted := m.Record > 0 && m.Outcomes == nil // the checkpoint is the ledger's, which has no counts
		unproved := func(o user.Settled) bool { return o.Code == user.CodeUnprovedAbsent }
		if uncounted || m.Outcomes[user.InDoubt] > 0 || slices.ContainsFunc(r.Journal.Settled, unproved) {
			continue
		}
		deleting := DeletingIn(r.Journal)
		for _, o := range r.Journal.Settled {
			if o.Status == user.Failed || o.Status == user.Refused {
				delete(deleting, o.ID)
			}
		}
		maps.Copy(ids, deleting)
	}
	return ids
}

// DeletingIn returns the users that a run was deleting when it was last seen, true if the
// API confirmed it.
func DeletingIn(h *journal.History) map[string]bool {
	ids := map[string]bool{}
	for _, s := range h.Sent {
		if s.Op == user.Delete {
			ids[s.ID] = false
		}
	}
	for _, o := range h.Settled {
		if o.Action == user.Delete && o.Code != user.CodeUnprovedAbsent {
			ids[o.ID] = o.Status == user.Deleted && o.Code != user.CodeAlreadyAbsent
		}
	}
	return ids
}
