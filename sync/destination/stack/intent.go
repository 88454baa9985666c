package stack

import (
	"context"
	"errors"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Intents records, beyond the life of the process, which users are about to be
// created by a call that must not be made twice.
type Intents interface {
	// RecordIntent has stored the intents durably when it returns nil. An error
	// ends the run.
	RecordIntent(context.Context, []*user.Record) error
	// ClearIntent removes the intents of records that were certainly not sent.
	ClearIntent(context.Context, []*user.Record) error
}

// IntentRecorded records the intent before a create that cannot be replayed. After a
// crash the next run looks those users up instead of creating them again.
type IntentRecorded struct {
	destination.API
	Intents Intents // nil records no intents
}

// Apply records the intents of b's records if its call is an unsafe create, and sends
// them.
func (p IntentRecorded) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if p.Intents == nil || b.Op != user.Create || p.Traits().Ops[user.Create].Replay != destination.Unsafe {
		return p.API.Apply(ctx, b)
	}
	if err := p.Intents.RecordIntent(ctx, b.Records); err != nil {
		return unresolved(b, nil), p.notRecorded(ctx, b, err)
	}
	for _, r := range b.Records {
		r.IntentRecorded = true
	}
	outcomes, err := p.API.Apply(ctx, b)
	if err == nil {
		return outcomes, nil
	}
	// The run ends, and its own context may have ended already. The next run still
	// needs to know who was not sent.
	notSent := unsent(b, outcomes)
	if clearErr := p.Intents.ClearIntent(context.WithoutCancel(ctx), notSent); clearErr != nil {
		return outcomes, clearErr
	}
	for _, r := range notSent {
		r.IntentRecorded = false
	}
	return outcomes, err
}

// notRecorded returns why the intents were not recorded. If the run ended in the
// meantime, that is the reason, and they may have been stored all the same.
func (p IntentRecorded) notRecorded(ctx context.Context, b user.Batch, err error) error {
	if ctx.Err() == nil || !errors.Is(err, ctx.Err()) {
		return err
	}
	if clearErr := p.Intents.ClearIntent(context.WithoutCancel(ctx), unsent(b, unresolved(b, nil))); clearErr != nil {
		return clearErr
	}
	return context.Cause(ctx)
}

// unsent returns the records that no call can have delivered.
func unsent(b user.Batch, outcomes []user.Outcome) []*user.Record {
	var records []*user.Record
	for i, r := range b.Records {
		if !r.MaybeSent && i < len(outcomes) && outcomes[i].Status == user.Unsettled {
			records = append(records, r)
		}
	}
	return records
}
