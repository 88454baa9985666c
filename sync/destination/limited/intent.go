package limited

import (
	"context"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/verdict"
	"usersync/sync/user"
)

// Intents records, beyond the life of the process, which users are about to be
// created by a call that must not be made twice.
type Intents interface {
	// RecordIntent has stored the intents durably when it returns nil. An error
	// ends the run.
	RecordIntent(context.Context, []*user.Record) error
	// ClearIntent removes the intents of records that were certainly not taken.
	ClearIntent(context.Context, []*user.Record) error
}

// IntentRecorded records the intent before a create that cannot be replayed. After a
// crash the next run looks those users up instead of creating them again.
//
// It is inside Limited, so that the intent is recorded when the call has its turn: a
// process that is killed leaves in doubt only what was on its way to the API, and not
// what waited for a turn or for another attempt.
type IntentRecorded struct {
	destination.Destination
	Intents Intents
}

// recordingTakes is how long the intent may take to be recorded before the call needs
// another turn: a call that starts much later than its turn could exceed the rate.
const recordingTakes = 100 * time.Millisecond

// Apply records the intents of b's records if its call is an unsafe create, and sends
// them.
func (p IntentRecorded) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if b.Op != user.Create || p.Traits().Ops[user.Create].Replay != destination.Unsafe {
		return p.Destination.Apply(ctx, b)
	}
	began := time.Now()
	err := p.Intents.RecordIntent(ctx, b.Records)
	if t, ok := destination.TurnOf(ctx).(*turn); ok {
		t.observed.stored(t.kind)
	}
	if err != nil {
		return nil, p.unsent(ctx, b, err)
	}
	for _, r := range b.Records {
		r.IntentRecorded = true
	}
	if err := stillOurTurn(ctx, began); err != nil {
		return nil, p.unsent(ctx, b, err)
	}
	outcomes, err := p.Destination.Apply(ctx, b)
	if ce := destination.AsCallError(err); verdict.NotTaken(ce, b.Op, destination.Unsafe) && !mayExist(verdict.Of(ce, b.Op, destination.Unsafe)) {
		return nil, p.clear(ctx, b, err)
	}
	return outcomes, err
}

// mayExist reports whether the user of a create is perhaps there.
func mayExist(s user.Status) bool { return s == user.Exists || s == user.Conflict }

// stillOurTurn returns why the call must not be made after all. It takes another turn
// if the last one is long past.
func stillOurTurn(ctx context.Context, began time.Time) error {
	t, ok := destination.TurnOf(ctx).(*turn)
	if !ok {
		return nil
	}
	if time.Since(began) > recordingTakes {
		return t.again()
	}
	if t.waits.Err() != nil {
		t.giveBack()
		return context.Cause(t.waits)
	}
	return nil
}

// unsent clears the intents of a call that is not made, and returns why it is not, as
// an error that ends the run.
func (p IntentRecorded) unsent(ctx context.Context, b user.Batch, err error) error {
	if t, ok := destination.TurnOf(ctx).(*turn); ok {
		t.giveBack()
	}
	return notSent{p.clear(ctx, b, err)}
}

// notSent is the error of a call that was not made.
type notSent struct{ error }

// clear removes the intents of the records that no call can have delivered. It
// returns err, or the error that prevented it.
func (p IntentRecorded) clear(ctx context.Context, b user.Batch, err error) error {
	var records []*user.Record
	for _, r := range b.Records {
		if !r.MaybeSent {
			records = append(records, r)
		}
	}
	if clearErr := p.Intents.ClearIntent(context.WithoutCancel(ctx), records); clearErr != nil {
		return clearErr
	}
	for _, r := range records {
		r.IntentRecorded = false
	}
	return err
}
