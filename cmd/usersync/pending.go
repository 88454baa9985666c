package main

import (
	"context"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// pending notes who is about to be created by a call that cannot be made twice:
// in the ledger, which outlives the run directory, or in the journal alone.
type pending struct {
	run     string
	ledger  *ledger.Ledger // nil: none
	journal *journal.Journal
}

// Pend notes records before such a call.
func (p pending) Pend(ctx context.Context, records []*user.Record) error {
	if p.ledger == nil {
		return p.journal.Sent(user.Batch{Op: user.Create, Records: records})
	}
	return p.ledger.Pend(ctx, p.run, entriesOf(records))
}

// Clear takes it back. What the journal notes costs a look-up at the most.
func (p pending) Clear(ctx context.Context, records []*user.Record) error {
	if p.ledger == nil || len(records) == 0 {
		return nil
	}
	return p.ledger.Unpend(ctx, p.run, entriesOf(records))
}

func entriesOf(records []*user.Record) []ledger.Entry {
	entries := make([]ledger.Entry, len(records))
	for i, r := range records {
		entries[i] = ledger.Entry{ID: r.User.ID, Remote: r.Remote, Record: r.Origin.Record}
	}
	return entries
}
