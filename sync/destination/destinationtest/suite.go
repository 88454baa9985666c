// Package destinationtest holds what every client of an API must keep, as one
// suite that all of them run. It is a test library: no program links it.
//
// A client joins with one test, in its own folder, which hands over three
// functions and some facts of the API's reference:
//
//	func TestConformance(t *testing.T) {
//		destinationtest.Suite{
//			Open: func(t testing.TB, at destinationtest.Address) destinationtest.Client {
//				c, err := acme.New(acme.Config{REST: rest.Config{
//					BaseURL: at.URL, DialContext: at.Dial, Timeout: at.Timeout, Proxy: "none",
//					Auth: rest.Auth{Token: user.NewSecret("acme-token")},
//				}})
//				if err != nil {
//					t.Fatal(err)
//				}
//				return c
//			},
//			Record:      person, // func(n, version int) *user.Record
//			Rehearse:    func(t testing.TB, faults ...string) destinationtest.Sandbox { ... },
//			Credentials: []string{"acme-token"},
//			Keyed:       []user.Op{user.Update, user.Delete},
//			PerMinute:   100,
//		}.Run(t)
//	}
//
// Rehearse makes the server of the rehearsal (sandbox.New), and looks into it
// (Server.User, Server.Marked, Server.Struck). This package imports neither a
// client nor a rehearsal: that those two agree is what it is there to find out.
//
// Beside the suite stands what the clients' own tests have in common: Fuzzed for
// whoever reads answers, and Manners and Connect for a client as a run has it.
//
// Nearly all of it runs in a bubble of testing/synctest over connections in
// memory, so that timeouts cost nothing. Start at Suite; each other file is one
// part of what it asks.
package destinationtest

import (
	"context"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Suite describes the client that is to keep the suite. Open, Record and
// Rehearse are required.
type Suite struct {
	// Open makes the client against the API at an address. What it asks there at
	// once, the rehearsal answers without a fault. The suite closes its idle
	// connections. It must authenticate with what does not expire.
	Open func(testing.TB, Address) Client

	// Record makes the n-th user in one of two versions, 0 and 1. It has every
	// attribute and secret that the API can take, and passes Check as a create.
	// The versions of one n share the id and what must be unique, and differ in
	// at least one attribute; those of different n differ in id, e-mail and
	// whatever must be unique. Values are of 4 characters or more where that is
	// possible, and no id is part of one. Op and Remote are the suite's to set.
	Record func(n, version int) *user.Record

	// Rehearse makes a rehearsal of the API, in which all of the faults strike.
	// It asks for the credentials if the API does.
	Rehearse func(t testing.TB, faults ...string) Sandbox

	// Credentials are the texts that Open signs in with. They must not show.
	Credentials []string
	// Keyed are the calls whose path holds the user's key as one segment.
	Keyed []user.Op
	// KeyedRead says the same of Find.
	KeyedRead bool
	// Bare are the calls of whose success the reference shows no body, so that an
	// empty one, and {}, may be believed.
	Bare []user.Op
	// Shapes are the faults of the rehearsal that shape the answer to a call of
	// many users, such as short and noid=blind, by the calls that carry many.
	Shapes map[user.Op][]string
	// Joined are fields of Record that share a place in the body with another
	// or have one of their own even when they are left out.
	Joined []user.Field
	// Once are fields of Record that only a create sends. Secrets are taken to be
	// among them.
	Once []user.Field
	// PerMinute is the number of calls a minute in the reference; 0 if none is.
	PerMinute int
}

// Client is a client under test. Where Traits say that it is not Blind it is a
// destination.Finder too.
type Client interface {
	destination.Destination
	CloseIdle()
}

// Address is where the client finds its API. It must open every connection
// with Dial, and give up a call after Timeout.
type Address struct {
	URL     string
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Timeout time.Duration
}

// Sandbox is a rehearsal that the suite can look into.
type Sandbox struct {
	http.Handler
	// Look tells what the rehearsal holds for the caller's key, or for whatever
	// else is the same in both versions of a record and in no other.
	Look func(*user.Record) Look
	// Struck tells how often a fault took effect so far.
	Struck func() uint64
}

// Look is what a rehearsal knows of one user.
type Look struct {
	Held    int    // users that it holds for the record now
	Created int    // users that were ever created for it
	Data    string // what it holds, without the keys that it made; equal texts for equal users
}

// Run runs the suite.
func (s Suite) Run(t *testing.T) {
	for _, part := range []struct {
		name string
		run  func(Suite, *testing.T)
	}{
		{"traits", traits},
		{"replay", replay},
		{"order", order},
		{"keys", keys},
		{"read-back", readBack},
		{"statuses", statuses},
		{"reads of statuses", readStatuses},
		{"tampering", tampered},
		{"network", network},
		{"items", items},
		{"cancel", cancel},
		{"encoding", encoding},
		{"left out", leftOut},
		{"secrets", secrets},
		{"connections", connections},
		{"faults", faults},
		{"faults of reads", readFaults},
		{"shapes", shapes},
		{"crowd", crowd},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(s, t) })
	}
}

// bubble runs f as a subtest in which time stands still while anybody works.
func bubble(t *testing.T, name string, f func(*testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}
