package verdict

import (
	"context"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Place copies part, which holds the outcomes at the given indexes, into whole.
func Place(whole, part []user.Outcome, places []int) {
	for i, at := range places {
		whole[at] = part[i]
	}
}

// ApplyAt sends the records of b at the given indexes and stores their outcomes there.
func ApplyAt(ctx context.Context, api destination.API, b user.Batch, outcomes []user.Outcome, places []int) error {
	part, err := api.Apply(ctx, b.At(places))
	if part != nil {
		Place(outcomes, part, places)
	}
	return err
}
