package main

import (
	"context"
	"time"

	"usersync/sync/destination"
	"usersync/sync/pace"
)

// manners is what the wrappers need to know.
type manners struct {
	pace    *pace.Pace
	wire    context.Context // of calls on the wire; it outlives the run's own
	retries int
	quiet   time.Time // when the calls of an earlier process are over
	calls   *destination.Calls
	pending destination.Pending
	sizer   destination.Sizer // nil where calls are bounded in records only

	canary      int // users that are sent first; 0 is none
	answersOnly bool
	protected   map[string]struct{}

	adopt *destination.Adoption // nil: who is not remembered is created
}

// stack puts the manners around a client, inner to outer.
func stack(client destination.Destination, m manners) destination.Destination {
	limited := destination.Limited{Destination: client, Pacer: m.pace, Wire: m.wire, Calls: m.calls}
	merged := destination.Merged{API: destination.Keyed{API: limited}}
	bisected := destination.NewBisected(merged)
	parted := destination.Parted{API: bisected, Sizer: m.sizer}
	retried := destination.Retried{API: parted, Pacer: m.pace, Retries: m.retries}
	verified := destination.Verified{API: retried, Retries: m.retries, Quiet: m.quiet}
	pended := destination.Pended{API: verified, Pending: m.pending}
	upserted := destination.Upserted{API: pended}
	if m.adopt != nil {
		upserted.API = destination.Adopted{API: pended, How: *m.adopt}
	}
	careful := destination.API(upserted)
	if m.canary > 0 {
		careful = &destination.Canary{API: upserted, Records: m.canary, AnswersOnly: m.answersOnly}
	}
	return m.protect(destination.Observed{API: careful})
}

// dry stands in the place of the stack where nothing is to be sent. Calls are
// counted in planned; with read, those that only read are made.
func dry(client destination.API, m manners, read bool, planned *destination.Calls) destination.Destination {
	if !read {
		return m.protect(destination.Observed{API: &destination.Dry{API: client, Calls: planned}})
	}
	limited := destination.Limited{Destination: client, Pacer: m.pace, Wire: m.wire, Calls: m.calls}
	retried := destination.Retried{API: &destination.Dry{API: limited, Calls: planned, Read: true}, Pacer: m.pace, Retries: m.retries}
	return m.protect(destination.Observed{API: retried})
}

// protect keeps the users on the list from everything that is inside.
func (m manners) protect(inside destination.Destination) destination.Destination {
	if len(m.protected) == 0 {
		return inside
	}
	return destination.Protected{Destination: inside, IDs: m.protected}
}
