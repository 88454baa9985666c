package checkpoint

import (
	"fmt"

	"usersync/sync/user"
)

// DeletionChangedError says that a mirror would delete a different user than the run has
// already deleted.
type DeletionChangedError struct{ Record int }

// Error names the record.
func (e *DeletionChangedError) Error() string {
	return fmt.Sprintf("the ledger has changed since the run began to delete: record %d would delete a different user", e.Record)
}

// Sent returns a function that reports which records may have been sent after the
// checkpoint. For calls that cannot be replayed the journal knows that for certain, so a
// record that was not sent is not taken for one in doubt.
func (u Unfinished) Sent() func(*user.Record) bool {
	sent := make(map[int]bool, len(u.Journal.Sent))
	for _, s := range u.Journal.Sent {
		sent[s.Record] = true
	}
	return func(r *user.Record) bool { return sent[r.Origin.Record] }
}

// Renamed returns a function that reports whether the run has given the user of a record,
// by what the ledger knows of it, the record's id: what a run writes to the ledger before
// the checkpoint of its record is that.
func (u Unfinished) Renamed() func(*user.Record, user.LedgerEntry) bool {
	return func(r *user.Record, known user.LedgerEntry) bool { return u.hasRenamed(r.Origin.Record, known) }
}

func (u Unfinished) hasRenamed(record int, known user.LedgerEntry) bool {
	return known.State == user.Present && known.Run == u.Run && known.Record == record && record > u.Journal.Checkpoint.Record
}

// Outcomes returns a function that returns the outcomes that records after the checkpoint
// already have, each once. If a record is not the one that was settled, the error is an
// *InputChangedError, or a *DeletionChangedError for a deletion. The function is for one
// goroutine.
func (u Unfinished) Outcomes() func(*user.Record) (user.Outcome, bool, error) {
	settled := make(map[int]user.Settled, len(u.Journal.Settled))
	for _, o := range u.Journal.Settled {
		settled[o.Record] = o
	}
	return func(r *user.Record) (user.Outcome, bool, error) {
		was, found := settled[r.Origin.Record]
		if !found {
			return user.Outcome{}, false, nil
		}
		delete(settled, r.Origin.Record)
		o, same := was.For(r)
		switch {
		case !same && r.Origin.Absent:
			return o, false, &DeletionChangedError{r.Origin.Record}
		case !same:
			return o, false, &InputChangedError{r.Origin.Record}
		}
		return o, true, nil
	}
}
