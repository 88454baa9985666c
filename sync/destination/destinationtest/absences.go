package destinationtest

import (
	"context"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/attested"
	"usersync/sync/destination/destinationtest/wired"
	"usersync/sync/user"
)

// absences deletes a user twice. The second delete finds no user, which the middleware
// believes if a read finds another user, and not otherwise.
func absences(s Suite, t *testing.T) {
	if _, can := s.facts(t).Ops[user.Delete]; !can {
		return
	}
	bubble(t, "deleted twice", func(t *testing.T) {
		sc := s.open(t)
		remotes := sc.settle(sc.people(user.Create, 0, 2, 0))
		again := func() user.Batch {
			b := sc.people(user.Delete, 0, 1, 1)
			know(b, remotes)
			return b
		}
		sc.must(again())
		if o := sc.must(again())[0]; o.Status != user.Missing {
			return // the API does not tell
		}
		sc.attested(again(), attested.Absences{}, user.CodeUnprovedAbsent)
		other := sc.Record(1, 0)
		others := attested.Absences{Memory: oneUser{attested.Other{ID: other.User.ID, Remote: remotes[other.User.ID]}}}
		sc.attested(again(), others, sc.attestation(others))
	})
}

// attestation is the code of an absence, by what the client can read about the other user.
func (sc *scene) attestation(a attested.Absences) string {
	others, _ := a.Memory.Others(sc.t.Context(), 1, nil)
	witness := &user.Record{Op: user.Update, User: user.User{ID: others[0].ID}, Remote: others[0].Remote}
	if sc.traits.Blind || sc.find(witness).Presence < destination.Same {
		return user.CodeUnprovedAbsent
	}
	return user.CodeAlreadyAbsent
}

func (sc *scene) attested(b user.Batch, a attested.Absences, code string) {
	sc.t.Helper()
	outcomes, err := wired.Middleware{Absences: a}.Wrap(sc.client).Apply(sc.t.Context(), b)
	if err != nil || outcomes[0].Code != code || (outcomes[0].Status == user.Deleted) != (code == user.CodeAlreadyAbsent) {
		sc.t.Errorf("a delete that finds no user: %v %v, want %s", outcomes, err, code)
	}
}

// oneUser is a ledger that holds one user.
type oneUser struct{ attested.Other }

func (u oneUser) Others(context.Context, int, func(string) bool) ([]attested.Other, error) {
	return []attested.Other{u.Other}, nil
}

func (u oneUser) WasDeleted(context.Context, string) (bool, error) { return false, nil }

func (u oneUser) Knew(context.Context, string) (bool, error) { return false, nil }
