package checkpoint

import (
	"context"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// Intents notes which users are about to be created by a call that cannot be
// made twice: in the ledger, which outlives the run directory, or else in the
// journal alone. It may be used by several goroutines at once.
type Intents struct {
	Run     string
	Ledger  *ledger.Ledger // nil: none
	Journal *journal.Journal
}

// Pend notes records before such a call. It is on the disk when Pend returns nil.
func (i Intents) Pend(ctx context.Context, records []*user.Record) error {
	if i.Ledger == nil {
		return i.Journal.Sent(user.Batch{Op: user.Create, Records: records})
	}
	return i.Ledger.Pend(ctx, i.Run, entriesOf(records))
}

// Clear takes it back. What only the journal has noted stays: it costs a look-up
// at most.
func (i Intents) Clear(ctx context.Context, records []*user.Record) error {
	if i.Ledger == nil || len(records) == 0 {
		return nil
	}
	return i.Ledger.Unpend(ctx, i.Run, entriesOf(records))
}

func entriesOf(records []*user.Record) []ledger.Entry {
	entries := make([]ledger.Entry, len(records))
	for i, r := range records {
		entries[i] = ledger.Entry{ID: r.User.ID, Remote: r.Remote, Record: r.Origin.Record}
	}
	return entries
}
