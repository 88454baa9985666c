// Package stack holds the middleware around every client: the rate limit, the
// retries, the read-back of outcomes in doubt, and so on. Each wraps a destination
// and has a file of its own: IntentRecorded, Leased, Limited, Proved, Scanned, Owned, Resolved,
// ReadModifyWrite, Bisected, Chunked, Retried, Verified, Adopted, Upserted, Attested, Canary, Timed and Protected.
// Dry replaces most of them when nothing is to be sent.
//
// This file is the only place that says in which order they wrap a client. Runs and
// the tests of the clients both use it. Start at Options.Wrap.
package stack

import (
	"context"
	"time"

	"usersync/sync/destination"
	"usersync/sync/protect"
	"usersync/sync/user"
)

// Options configures the middleware.
type Options struct {
	Pacer   Pacer              // decides when a call may start
	Wire    context.Context    // of calls in flight; it outlives the run's own
	Calls   *destination.Calls // counts the calls; nil counts none
	Sizer   destination.Sizer  // nil: only the number of records limits a call
	Prober  destination.Prober // nil: nothing proves the credentials before the first unsafe create
	Lister  destination.Lister // nil: doubts are not settled by scanning
	Holders Holders            // nil: nor without knowing whose the keys are
	Owners  *Owners            // nil: users of one key are not kept apart
	Lease   Lease              // nil if the lock of the account cannot be lost
	Retries int                // attempts after the first
	Quiet   time.Time          // when an earlier process's calls are over
	Intents Intents            // nil records no intents
	// Sent is told which records are about to be sent, where a read decides that; nil
	// records none.
	Sent  func(user.Batch) error
	Adopt *Adoption // nil: users missing from the ledger are created

	Absences Absences // what proves that a user to delete is absent

	Canary      int           // users that are sent first; 0 means none
	Patience    time.Duration // how long what is read of canaries may differ
	AnswersOnly bool          // canaries are not read back
	Protected   *protect.List // ids of users that are never touched
}

// Wrap wraps a client in the middleware, inner to outer.
func (o Options) Wrap(client destination.Destination) destination.Destination {
	if o.Intents != nil {
		client = IntentRecorded{Destination: client, Intents: o.Intents}
	}
	pacer := o.Pacer
	if o.Lease != nil {
		pacer = Leased{Pacer: pacer, Lease: o.Lease}
	}
	limited := Limited{Destination: client, Pacer: pacer, Wire: o.Wire, Calls: o.Calls}
	inner := destination.API(NewProved(limited, o.Prober))
	if o.Lister != nil && o.Holders != nil {
		inner = NewScanned(inner, limited, o.Lister, o.Holders, o.Retries)
	}
	owners := o.owners(client)
	if owners != nil {
		inner = Owned{API: inner, Owners: owners}
	}
	completed := ReadModifyWrite{API: Resolved{API: inner}, Sent: o.Sent}
	bisected := NewBisected(completed)
	chunked := Chunked{API: bisected, Sizer: o.Sizer}
	retried := Retried{API: chunked, Pacer: o.Pacer, Retries: o.Retries}
	verified := Verified{API: retried, Retries: o.Retries, Quiet: o.Quiet}
	upserted := Upserted{API: verified}
	if o.Adopt != nil {
		upserted.API = Adopted{API: verified, How: *o.Adopt, Owners: owners}
	}
	outer := destination.API(NewAttested(upserted, o.Absences))
	if o.Canary > 0 {
		outer = &Canary{API: outer, Records: o.Canary, AnswersOnly: o.AnswersOnly, Patience: o.Patience}
	}
	return o.protect(Timed{API: outer})
}

// WrapDry is Wrap for runs that send nothing. It counts the calls that a real run
// would make in planned. With read it makes the calls that only read, and counts
// those in o.Calls.
func (o Options) WrapDry(client destination.API, read bool, planned *destination.Calls) destination.Destination {
	owners := o.owners(client)
	if !read {
		return o.protect(Timed{API: &Dry{API: client, Calls: planned, Owners: owners}})
	}
	limited := destination.API(Limited{Destination: client, Pacer: o.Pacer, Wire: o.Wire, Calls: o.Calls})
	if owners != nil {
		limited = Owned{API: limited, Owners: owners}
	}
	retried := Retried{API: &Dry{API: limited, Calls: planned, Read: true, Owners: owners}, Pacer: o.Pacer, Retries: o.Retries}
	return o.protect(Timed{API: retried})
}

// owners returns whose the keys are, if the API makes them.
func (o Options) owners(client destination.Destination) *Owners {
	if !client.Traits().OwnKeys {
		return nil
	}
	return o.Owners
}

// protect keeps protected users away from everything inside.
func (o Options) protect(inner destination.Destination) destination.Destination {
	if o.Protected == nil {
		return inner
	}
	return Protected{Destination: inner, IDs: o.Protected}
}
