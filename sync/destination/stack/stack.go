// Package stack puts the middleware around a client in its order, and holds most of it. Each
// type wraps a destination and has a file of its own; what stands alone has a package: limited,
// scanned, owned, split, attested and canary. Dry replaces most of them when nothing is to be
// sent.
//
// This file is the only place that says in which order they wrap a client. Runs and
// the tests of the clients both use it. Start at Options.Wrap.
package stack

import (
	"context"
	"sync/atomic"

	"usersync/sync/destination"
	"usersync/sync/destination/attested"
	"usersync/sync/destination/canary"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/owned"
	"usersync/sync/destination/scanned"
	"usersync/sync/destination/split"
	"usersync/sync/protect"
	"usersync/sync/telemetry"
	"usersync/sync/user"
)

// Options configures the middleware.
type Options struct {
	Pacer   limited.Pacer      // decides when a call may start
	Lease   limited.Lease      // nil if the lock of the account cannot be lost
	Wire    context.Context    // of calls in flight; it outlives the run's own
	Calls   *destination.Calls // counts the calls; nil counts none
	Client  Features
	Keys    Keys
	Retries int             // attempts after the first
	Quiet   *Quiet          // when calls that may have created a user are over; nil waits for none
	Intents limited.Intents // nil records no intents
	// Sent is told which records are about to be sent, where a read decides that; nil
	// records none.
	Sent      func(user.Batch) error
	Adopt     *Adoption         // nil: users missing from the ledger are created
	Absences  attested.Absences // what proves that a user to delete is absent
	Canary    canary.Options
	Protected *protect.List      // ids of users that are never touched
	Observer  telemetry.Observer // is told of every call; nil is not
	Retrying  *atomic.Int64      // counts the records that wait for another attempt; nil counts none
}

// Features are what a client can do beyond its calls.
type Features struct {
	Sizer  destination.Sizer  // nil: only the number of records limits a call
	Prober destination.Prober // nil: nothing proves the credentials before the first unsafe create
	Lister destination.Lister // nil: doubts are not settled by scanning
}

// FeaturesOf returns what the client can do.
func FeaturesOf(client destination.Destination) (f Features) {
	f.Sizer, _ = client.(destination.Sizer)
	f.Prober, _ = client.(destination.Prober)
	f.Lister, _ = client.(destination.Lister)
	return f
}

// Keys say whose the keys are that an API made.
type Keys struct {
	Owners  *owned.Owners // nil: users of one key are not kept apart
	Holders owned.Holders // nil: doubts are not settled by scanning
	// Deletions tell who was only deactivated; nil knows no one.
	Deletions Deletions
}

// Wrap wraps a client in the middleware, inner to outer.
func (o Options) Wrap(client destination.Destination) destination.Destination {
	inner, owners := o.limit(client)
	completed := ReadModifyWrite{API: Resolved{API: inner}, Sent: o.Sent}
	bisected := split.NewBisected(completed)
	chunked := split.Chunked{API: bisected, Sizer: o.Client.Sizer}
	retried := Retried{API: chunked, Pacer: o.Pacer, Retries: o.Retries, Observer: o.Observer, Retrying: o.Retrying}
	verified := Verified{API: retried, Retries: o.Retries, Quiet: o.Quiet}
	upserted := Upserted{API: verified}
	if keepsDeleted(client.Traits()) {
		upserted.API = Returned{API: verified, Deletions: o.Keys.Deletions}
	}
	if o.Adopt != nil {
		upserted.API = Adopted{API: upserted.API, How: *o.Adopt, Owners: owners}
	}
	outer := destination.API(attested.New(upserted, o.Absences))
	if o.Canary.Records > 0 {
		outer = &canary.Canary{API: outer, Options: o.Canary}
	}
	return o.protect(Timed{API: outer})
}

// limit wraps a client in what makes each call wait for its turn, and knows its users apart.
func (o Options) limit(client destination.Destination) (destination.API, *owned.Owners) {
	owners := o.owners(client)
	if o.Intents != nil {
		client = limited.IntentRecorded{Destination: client, Intents: o.Intents}
	}
	pacer := o.Pacer
	if o.Lease != nil {
		pacer = limited.Leased{Pacer: pacer, Lease: o.Lease}
	}
	turns := limited.Limited{Destination: client, Pacer: pacer, Wire: o.Wire, Calls: o.Calls, Observer: o.Observer}
	inner := destination.API(limited.NewProved(turns, o.Client.Prober))
	if o.Client.Lister != nil && o.Keys.Holders != nil {
		inner = scanned.New(inner, turns, o.Client.Lister, o.Keys.Holders, o.Retries)
	}
	if owners != nil {
		inner = owned.Owned{API: inner, Owners: owners}
	}
	return inner, owners
}

// WrapDry is Wrap for runs that send nothing. It counts the calls that a real run
// would make in planned. With read it makes the calls that only read, and counts
// those in o.Calls.
func (o Options) WrapDry(client destination.API, read bool, planned *destination.Calls) destination.Destination {
	owners := o.owners(client)
	if !read {
		return o.protect(Timed{API: &Dry{API: client, Calls: planned, Owners: owners}})
	}
	reads := destination.API(limited.Limited{Destination: client, Pacer: o.Pacer, Wire: o.Wire, Calls: o.Calls, Observer: o.Observer})
	if owners != nil {
		reads = owned.Owned{API: reads, Owners: owners}
	}
	retried := Retried{API: &Dry{API: reads, Calls: planned, Read: true, Owners: owners}, Pacer: o.Pacer, Retries: o.Retries, Observer: o.Observer}
	return o.protect(Timed{API: retried})
}

// owners returns whose the keys are, if the API makes them.
func (o Options) owners(client destination.Destination) *owned.Owners {
	if !client.Traits().OwnKeys {
		return nil
	}
	return o.Keys.Owners
}

// protect keeps protected users away from everything inside.
func (o Options) protect(inner destination.Destination) destination.Destination {
	if o.Protected == nil {
		return inner
	}
	return Protected{Destination: inner, IDs: o.Protected}
}
