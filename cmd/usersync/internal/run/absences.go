package run

import (
	"fmt"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/view"
	"usersync/sync/destination/attested"
	"usersync/sync/guard"
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
