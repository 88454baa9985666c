package stack

import (
	"context"
	"errors"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Pending remembers, beyond the end of the process, users of whom a call that
// must not be made twice is about to be made.
type Pending interface {
	// Pend is on the disk when it returns nil. An error ends the run.
	Pend(context.Context, []*user.Record) error
	// Clear takes it back for records that were certainly not sent.
	Clear(context.Context, []*user.Record) error
}

// Pended has users remembered before a create that cannot be replayed: whoever
// comes after a crash looks them up and does not create them again.
type Pended struct {
	destination.API
	Pending Pending // nil remembers nobody
}

// Apply remembers the records of b, if its call is an unsafe create, and sends
// them.
func (p Pended) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if p.Pending == nil || b.Op != user.Create || p.Traits().Ops[user.Create].Replay != destination.Unsafe {
		return p.API.Apply(ctx, b)
	}
	if err := p.Pending.Pend(ctx, b.Records); err != nil {
		return unsettled(b, nil), p.notPended(ctx, b, err)
	}
	for _, r := range b.Records {
		r.IntentRecorded = true
	}
	outcomes, err := p.API.Apply(ctx, b)
	if err == nil {
		return outcomes, nil
	}
	// The run ends. Its own context may have ended already, and this is what the
	// next one needs to know.
	not := unsent(b, outcomes)
	if failed := p.Pending.Clear(context.WithoutCancel(ctx), not); failed != nil {
		return outcomes, failed
	}
	for _, r := range not {
		r.IntentRecorded = false
	}
	return outcomes, err
}

// notPended tells why nobody was remembered. A run that ends meanwhile is no
// fault of the memory, which may hold them all the same.
func (p Pended) notPended(ctx context.Context, b user.Batch, err error) error {
	if ctx.Err() == nil || !errors.Is(err, ctx.Err()) {
		return err
	}
	if failed := p.Pending.Clear(context.WithoutCancel(ctx), unsent(b, unsettled(b, nil))); failed != nil {
		return failed
	}
	return context.Cause(ctx)
}

// unsent are the records that no call has carried so that it might have been
// taken.
func unsent(b user.Batch, outcomes []user.Outcome) []*user.Record {
	var records []*user.Record
	for i, r := range b.Records {
		if !r.MaybeSent && i < len(outcomes) && outcomes[i].Status == user.Unsettled {
			records = append(records, r)
		}
	}
	return records
}
