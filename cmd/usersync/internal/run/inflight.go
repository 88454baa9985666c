package run

import (
	"context"
	"sync/atomic"

	"usersync/cmd/usersync/internal/connect"
	"usersync/sync/destination"
	"usersync/sync/user"
)

// inFlight is a client that counts its calls in flight.
type inFlight struct {
	connect.Client
	calls *atomic.Int64
}

func (f inFlight) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	f.calls.Add(1)
	defer f.calls.Add(-1)
	return f.Client.Apply(ctx, b)
}

func (f inFlight) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	f.calls.Add(1)
	defer f.calls.Add(-1)
	return f.Client.Find(ctx, r)
}
