package stack

import (
	"context"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Parted makes several calls of a batch that is larger than one call may be, one
// after the other. It is within Retried, so that no part waits for its turn as
// if it had failed.
type Parted struct {
	destination.API
	Sizer destination.Sizer // nil bounds nothing
}

// Apply sends b in as many calls as it needs. A call that fails as a whole gives
// its own records their verdicts, if there are others.
func (p Parted) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	n := len(b.Records)
	if p.Sizer != nil {
		n = min(max(p.Sizer.Fits(b), 1), n)
	}
	if n == len(b.Records) {
		return p.API.Apply(ctx, b)
	}
	outcomes := make([]user.Outcome, len(b.Records))
	for from := 0; from < len(outcomes); {
		rest := b.Of(b.Records[from:])
		part := b.Of(rest.Records[:min(max(p.Sizer.Fits(rest), 1), len(rest.Records))])
		got, err := p.API.Apply(ctx, part)
		if ce := callError(err); ce != nil && ce.Fault != destination.Denied {
			got, err = spread(ce, part, p.Traits().Ops[b.Op].Replay), nil
		}
		copy(outcomes[from:], got)
		if err != nil {
			return outcomes, err
		}
		from += len(part.Records)
	}
	return outcomes, nil
}
