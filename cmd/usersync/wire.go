package main

import (
	"context"

	"usersync/sync/destination"
	"usersync/sync/pace"
)

// stack puts the manners around a client, inner to outer. wire is the context
// of calls on the wire, which outlives the run's own; calls are counted in calls.
func stack(client destination.Destination, p *pace.Pace, wire context.Context, retries int, calls *destination.Calls) destination.Destination {
	limited := destination.Limited{Destination: client, Pacer: p, Wire: wire, Calls: calls}
	merged := destination.Merged{API: destination.Keyed{API: limited}}
	bisected := destination.NewBisected(merged)
	retried := destination.Retried{API: bisected, Pacer: p, Retries: retries}
	verified := destination.Verified{API: retried, Retries: retries}
	upserted := destination.Upserted{API: verified}
	return destination.Observed{API: upserted}
}
