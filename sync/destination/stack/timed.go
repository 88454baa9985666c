package stack

import (
	"context"
	"time"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Timed records when a batch was settled and how long it took, including waits and
// follow-up calls.
type Timed struct{ destination.API }

// Apply sends b and sets the times of its outcomes.
func (o Timed) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	started := time.Now()
	outcomes, err := o.API.Apply(ctx, b)
	now := time.Now()
	for i := range outcomes {
		outcomes[i].Record, outcomes[i].Took, outcomes[i].At = b.Records[i], now.Sub(started), now
	}
	return outcomes, err
}
