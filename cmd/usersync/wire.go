package main

import (
	"context"

	"usersync/sync/destination"
	"usersync/sync/pace"
)

// manners is what the wrappers need to know.
type manners struct {
	pace    *pace.Pace
	wire    context.Context // of calls on the wire; it outlives the run's own
	retries int
	calls   *destination.Calls
	pending destination.Pending

	canary      int // users that are sent first; 0 is none
	answersOnly bool
	protected   map[string]struct{}
}

// stack puts the manners around a client, inner to outer.
func stack(client destination.Destination, m manners) destination.Destination {
	limited := destination.Limited{Destination: client, Pacer: m.pace, Wire: m.wire, Calls: m.calls}
	merged := destination.Merged{API: destination.Keyed{API: limited}}
	bisected := destination.NewBisected(merged)
	retried := destination.Retried{API: bisected, Pacer: m.pace, Retries: m.retries}
	verified := destination.Verified{API: retried, Retries: m.retries}
	pended := destination.Pended{API: verified, Pending: m.pending}
	upserted := destination.Upserted{API: pended}
	careful := destination.API(upserted)
	if m.canary > 0 {
		careful = &destination.Canary{API: upserted, Records: m.canary, AnswersOnly: m.answersOnly}
	}
	observed := destination.Observed{API: careful}
	if len(m.protected) == 0 {
		return observed
	}
	return destination.Protected{Destination: observed, IDs: m.protected}
}
