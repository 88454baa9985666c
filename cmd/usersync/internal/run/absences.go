package run

import (
	"fmt"
	"maps"
	"slices"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/view"
	"usersync/sync/destination/attested"
	"usersync/sync/guard"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// AbsentGuard is the name of the guard against deletes at a wrong address.
const AbsentGuard = "unproved_absent"

// absences says what proves that a user to delete is absent. The sandbox needs no proof:
// it is empty, and its address is ours.
func (s *start) absences(c *config.Config, l *ledger.Ledger) attested.Absences {
	a := attested.Absences{AcceptAll: c.Guards.AbsentOK || c.Target.Sandbox, Doubted: s.unproved() > 0, Earlier: s.deleting, Absorbed: s.absorbed}
	if l != nil {
		a.Memory = view.Memory{Ledger: l}
	}
	return a
}

// deletingBy returns the users that runs were deleting which are absorbed. A run that has
// met an absence that nothing proves, or may have, says nothing: its address may be wrong.
// That a delete failed or was refused says that it did not happen.
func deletingBy(absorbed []*history.Run) map[string]bool {
	ids := map[string]bool{}
	for _, r := range absorbed {
		m := &r.Journal.Checkpoint
		uncounted := m.Record > 0 && m.Outcomes == nil // the checkpoint is the ledger's, which has no counts
		unproved := func(o user.Settled) bool { return o.Code == user.CodeUnprovedAbsent }
		if uncounted || m.Outcomes[user.InDoubt] > 0 || slices.ContainsFunc(r.Journal.Settled, unproved) {
			continue
		}
		deleting := deletingIn(r.Journal)
		for _, o := range r.Journal.Settled {
			if o.Status == user.Failed || o.Status == user.Refused {
				delete(deleting, o.ID)
			}
		}
		maps.Copy(ids, deleting)
	}
	return ids
}

// deletingIn returns the users that a run was deleting when it was last seen, true if the
// API confirmed it.
func deletingIn(h *journal.History) map[string]bool {
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

// unproved counts the users of the whole run whose absence is not proved.
func (s *start) unproved() int {
	return s.files.Counts().Of(user.InDoubt, user.CodeUnprovedAbsent)
}

// checkAbsences returns a *guard.Error if more than half of the users to delete were not
// found, and nothing proves that they are no longer there. The run has finished all the same:
// another address may need another run. deleted users were found; accepted allows any number.
func (s *start) checkAbsences(deleted int, accepted bool) error {
	unproved := s.unproved()
	all := unproved + deleted
	if 2*unproved <= all || accepted {
		return nil
	}
	return &guard.Error{
		Name: AbsentGuard,
		What: fmt.Sprintf("run %s: %d of %d users to delete were not found, and nothing proves that they are no longer there: this may be the wrong address or account", s.files.Run(), unproved, all),
		Hint: "check base_url and the account in the config; if these users are really no longer there, accept that with --absent-ok",
	}
}
