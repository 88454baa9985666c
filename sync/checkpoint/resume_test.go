package checkpoint

import (
	"errors"
	"testing"

	"usersync/sync/journal"
	"usersync/sync/user"
)

// An outcome from an earlier part of a run belongs to the same record or to none, and the
// error says whether the input or the ledger has changed.
func TestOutcomeOfAnotherRecord(t *testing.T) {
	is := func(target any) func(error) bool { return func(err error) bool { return errors.As(err, target) } }
	for name, c := range map[string]struct {
		id     string
		absent bool
		wrong  func(error) bool
	}{
		"the same":             {"u-1", false, func(err error) bool { return err == nil }},
		"the same deletion":    {"u-1", true, func(err error) bool { return err == nil }},
		"another record":       {"u-2", false, is(new(*InputChangedError))},
		"another is to go now": {"u-2", true, is(new(*DeletionChangedError))},
	} {
		t.Run(name, func(t *testing.T) {
			u := Unfinished{Journal: &journal.History{Settled: []user.Settled{{Record: 7, ID: "u-1", Status: user.Deleted}}}}
			r := &user.Record{Origin: user.Origin{Record: 7, Absent: c.absent}, User: user.User{ID: c.id}}
			if _, settled, err := u.Outcomes()(r); !c.wrong(err) || settled != (c.id == "u-1") {
				t.Errorf("settled %t, %v", settled, err)
			}
		})
	}
}
