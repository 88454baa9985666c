package split

import (
	"context"

	"usersync/sync/destination"
	"usersync/sync/destination/verdict"
	"usersync/sync/user"
)

// Chunked splits a batch that is too large for one call into several, made one after
// the other. It is inside Retried, so a chunk does not wait as if it had failed.
type Chunked struct {
	destination.API
	Sizer destination.Sizer // nil: no limit beyond the number of records
}

// Apply sends b in as many calls as it needs. If one of several calls fails as a
// whole, only its own records are affected.
func (p Chunked) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
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
		if ce := destination.AsCallError(err); ce != nil && ce.Fault != destination.Denied {
			got, err = verdict.ToAll(ce, part, p.Traits().Ops[b.Op].Replay), nil
		}
		copy(outcomes[from:], got)
		if err != nil {
			return outcomes, err
		}
		from += len(part.Records)
	}
	return outcomes, nil
}
