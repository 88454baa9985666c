package stack

import (
	"context"
	"time"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Observed notes when a batch was settled and how long it took, waits and
// follow-up calls included.
type Observed struct{ destination.API }

// Apply sends b and stamps its outcomes.
func (o Observed) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	began := time.Now()
	outcomes, err := o.API.Apply(ctx, b)
	now := time.Now()
	for i := range outcomes {
		outcomes[i].Record, outcomes[i].Took, outcomes[i].At = b.Records[i], now.Sub(began), now
	}
	return outcomes, err
}
