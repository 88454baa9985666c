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

// What the ledger has from a record after the checkpoint is that its user has got its id.
func TestRenamed(t *testing.T) {
	renamed := Unfinished{Run: "run-1", Journal: &journal.History{Checkpoint: journal.Checkpoint{Record: 4}}}.Renamed()
	for name, c := range map[string]struct {
		record int
		known  user.LedgerEntry
		want   bool
	}{
		"renamed":               {5, user.LedgerEntry{State: user.Present, Run: "run-1", Record: 5}, true},
		"before the checkpoint": {4, user.LedgerEntry{State: user.Present, Run: "run-1", Record: 4}, false},
		"another record":        {6, user.LedgerEntry{State: user.Present, Run: "run-1", Record: 5}, false},
		"another run":           {5, user.LedgerEntry{State: user.Present, Run: "run-0", Record: 5}, false},
		"about to be created":   {5, user.LedgerEntry{State: user.Pending, Run: "run-1", Record: 5}, false},
		"unknown":               {5, user.LedgerEntry{}, false},
	} {
		if got := renamed(&user.Record{Origin: user.Origin{Record: c.record}}, c.known); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
