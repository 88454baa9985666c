package earlier

import (
	"maps"
	"testing"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/sync/user"
)

// What absorbed runs were deleting was perhaps deleted by them, unless they may have been at
// a wrong address.
func TestDeletingBy(t *testing.T) {
	run := func(h journal.History) *history.Run { return &history.Run{Journal: &h} }
	sent := func(ids ...string) (all []journal.Sent) {
		for _, id := range ids {
			all = append(all, journal.Sent{ID: id, Op: user.Delete})
		}
		return append(all, journal.Sent{ID: "updated", Op: user.Update})
	}
	got := DeletingBy([]*history.Run{
		run(journal.History{Sent: sent("a"), Settled: []user.Settled{{ID: "b", Action: user.Delete, Status: user.Deleted},
			{ID: "c", Action: user.Delete, Status: user.Deleted, Code: user.CodeAlreadyAbsent}}}),
		run(journal.History{Sent: sent("d"), Settled: []user.Settled{{ID: "e", Action: user.Delete, Status: user.InDoubt, Code: user.CodeUnprovedAbsent}}}),
		run(journal.History{Sent: sent("f"), Checkpoint: journal.Checkpoint{Outcomes: map[user.Status]int{user.InDoubt: 1}}}),
		run(journal.History{Sent: sent("g")}),
		run(journal.History{Sent: sent("h"), Checkpoint: journal.Checkpoint{Record: 7}}), // of the ledger, which counts nothing
		run(journal.History{Settled: []user.Settled{{ID: "i", Action: user.Delete, Status: user.Failed}, {ID: "j", Action: user.Delete, Status: user.Refused},
			{ID: "k", Action: user.Delete, Status: user.InDoubt, Code: user.CodeNoAnswer}}}),
	})
	if want := map[string]bool{"a": false, "b": true, "c": false, "g": false, "k": false}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
