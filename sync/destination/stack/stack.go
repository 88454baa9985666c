// Package stack holds what every call of a run keeps to, whatever the API: the rate
// limit, the retries, the read-back of what is in doubt, and so on. Each is a
// wrapper around a destination, in a file of its own: Leased, Limited, Keyed, Merged,
// Bisected, Parted, Retried, Verified, Pended, Adopted, Upserted, Canary, Observed and
// Protected; and Dry in place of most of them.
//
// This file says in which order they wrap a client, and it is the only place that
// does: a run and the tests of the clients are wired by it. Start at Options.Around.
package stack

import (
	"context"
	"time"

	"usersync/sync/destination"
)

// Options say what the wrappers need to know.
type Options struct {
	Pacer   Pacer              // when a call may start
	Wire    context.Context    // of calls on the wire; it outlives the run's own
	Calls   *destination.Calls // counts the calls; nil counts none
	Sizer   destination.Sizer  // nil where calls are bounded in records only
	Lease   Lease              // nil where the account cannot be lost
	Retries int                // attempts after the first
	Quiet   time.Time          // when the calls of an earlier process are over
	Pending Pending            // nil remembers nobody
	Adopt   *Adoption          // nil: a user who is not remembered is created

	Canary      int                 // users that are sent first; 0 is none
	AnswersOnly bool                // a canary is not read back
	Protected   map[string]struct{} // ids of users whom nothing may touch
}

// Around puts the wrappers around a client, inner to outer.
func (o Options) Around(client destination.Destination) destination.Destination {
	pacer := o.Pacer
	if o.Lease != nil {
		pacer = Leased{Pacer: pacer, Lease: o.Lease}
	}
	limited := Limited{Destination: client, Pacer: pacer, Wire: o.Wire, Calls: o.Calls}
	merged := Merged{API: Keyed{API: limited}}
	bisected := NewBisected(merged)
	parted := Parted{API: bisected, Sizer: o.Sizer}
	retried := Retried{API: parted, Pacer: o.Pacer, Retries: o.Retries}
	verified := Verified{API: retried, Retries: o.Retries, Quiet: o.Quiet}
	pended := Pended{API: verified, Pending: o.Pending}
	upserted := Upserted{API: pended}
	if o.Adopt != nil {
		upserted.API = Adopted{API: pended, How: *o.Adopt}
	}
	careful := destination.API(upserted)
	if o.Canary > 0 {
		careful = &Canary{API: upserted, Records: o.Canary, AnswersOnly: o.AnswersOnly}
	}
	return o.protect(Observed{API: careful})
}

// Planned stands in the place of Around where nothing is to be sent. Calls are
// counted in planned; with read, those that only read are made, and counted in
// o.Calls.
func (o Options) Planned(client destination.API, read bool, planned *destination.Calls) destination.Destination {
	if !read {
		return o.protect(Observed{API: &Dry{API: client, Calls: planned}})
	}
	limited := Limited{Destination: client, Pacer: o.Pacer, Wire: o.Wire, Calls: o.Calls}
	retried := Retried{API: &Dry{API: limited, Calls: planned, Read: true}, Pacer: o.Pacer, Retries: o.Retries}
	return o.protect(Observed{API: retried})
}

// protect keeps the users on the list from everything that is inside.
func (o Options) protect(inside destination.Destination) destination.Destination {
	if len(o.Protected) == 0 {
		return inside
	}
	return Protected{Destination: inside, IDs: o.Protected}
}
