package checkpoint

import (
	"context"

	"usersync/sync/ledger"
	"usersync/sync/user"
)

// Intents records which users are about to be created by a call that cannot be
// repeated: in the ledger, which outlives the run directory, and in the journal. It is
// safe for concurrent use.
type Intents struct {
	Run     string
	Ledger  *ledger.Ledger // nil if there is none
	Journal IntentJournal  // nil if there is none
}

// IntentJournal is what Intents needs of a journal.
type IntentJournal interface {
	// Sent records, durably for creates that cannot be repeated, who is about to be sent.
	Sent(user.Batch) error
	// Unsent takes that back.
	Unsent([]*user.Record) error
}

// RecordIntent records the intents durably before such a call.
func (i Intents) RecordIntent(ctx context.Context, records []*user.Record) error {
	if i.Ledger != nil {
		if err := i.Ledger.RecordIntent(ctx, i.Run, entriesOf(records)); err != nil {
			return err
		}
	}
	if i.Journal == nil {
		return nil
	}
	return i.Journal.Sent(user.Batch{Op: user.Create, Records: records})
}

// ClearIntent removes the intents of records that were not taken.
func (i Intents) ClearIntent(ctx context.Context, records []*user.Record) error {
	if len(records) == 0 {
		return nil
	}
	if i.Ledger != nil {
		if err := i.Ledger.ClearIntent(ctx, i.Run, entriesOf(records)); err != nil {
			return err
		}
	}
	if i.Journal == nil {
		return nil
	}
	return i.Journal.Unsent(records)
}

func entriesOf(records []*user.Record) []ledger.Entry {
	entries := make([]ledger.Entry, len(records))
	for i, r := range records {
		entries[i] = ledger.Entry{ID: r.User.ID, Remote: r.Remote, Record: r.Origin.Record}
	}
	return entries
}
