package run

import (
	"context"
	"fmt"

	"usersync/sync/destination/stack"
	"usersync/sync/guard"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// AbsentGuard is the name of the guard against deletes at a wrong address.
const AbsentGuard = "unproved_absent"

// absences says what proves that a user to delete is absent. The sandbox needs no proof:
// it is empty, and its address is ours.
func (r *Run) absences() stack.Absences {
	a := stack.Absences{AcceptAll: r.Config.Guards.AbsentOK || r.Config.Target.Sandbox, Doubted: r.unproved() > 0}
	if r.lease.Ledger != nil {
		a.Memory = memory{r.lease.Ledger.Identities()}
	}
	return a
}

// memory is the ledger as proof of absences.
type memory struct{ ledger.Identities }

// Others returns users that the API is known to hold.
func (m memory) Others(ctx context.Context, n int, skip func(id string) bool) ([]stack.Other, error) {
	rows, err := m.Identities.Others(ctx, n, skip)
	others := make([]stack.Other, len(rows))
	for i, row := range rows {
		others[i] = stack.Other{ID: row.ID, Remote: row.Remote}
	}
	return others, err
}

// unproved counts the users of the whole run whose absence is not proved.
func (r *Run) unproved() int {
	return r.at.files.counts.codes.Of(user.InDoubt, user.CodeUnprovedAbsent)
}

// checkAbsences returns a *guard.Error if more than half of the users to delete were not
// found, and nothing proves that they are no longer there. The run has finished all the same:
// another address may need another run.
func (r *Run) checkAbsences() error {
	unproved := r.unproved()
	all := unproved + r.counts.Outcomes[user.Deleted]
	if 2*unproved <= all || r.Config.Guards.AbsentOK {
		return nil
	}
	return &guard.Error{
		Name: AbsentGuard,
		What: fmt.Sprintf("run %s: %d of %d users to delete were not found, and nothing proves that they are no longer there: this may be the wrong address or account", r.at.files.dir.ID(), unproved, all),
		Hint: "check base_url and the account in the config; if these users are really no longer there, accept that with --absent-ok",
	}
}
