// Package destinationtest is the conformance suite that the client of every API must
// pass. It is a test library: no program links it.
//
// A client joins with one test, in its own folder, which supplies three functions and
// some facts from the API's reference:
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
//			NewSandbox:  func(t testing.TB, faults ...string) destinationtest.Sandbox { ... },
//			Credentials: []string{"acme-token"},
//			KeyInPath:   []user.Op{user.Update, user.Delete},
//			PerMinute:   100,
//		}.Run(t)
//	}
//
// NewSandbox starts a mock server of the API (sandbox.New) and lets the suite look
// into it (Server.User, Server.Lookup, Server.Injected). This package imports neither a
// client nor a mock server: it exists to find out whether the two agree.
//
// The folders below hold what the clients' own tests share: expect for code that reads
// answers, wired for a client as a run wires it, and stage for what lies between the two.
//
// Nearly all of it runs in a testing/synctest bubble over in-memory connections, so
// timeouts cost no time. Start at Suite; each other file is one part of it.
package destinationtest

import (
	"net/http"
	"testing"
	"testing/synctest"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/user"
)

// Suite describes the client under test. Open, Record and NewSandbox are required.
type Suite struct {
	// Open makes a client for the API at an address. The sandbox answers whatever
	// it calls at once, without a fault. The suite closes its idle connections. Its
	// credentials must not expire.
	Open func(testing.TB, Address) Client

	// Record makes the n-th user in one of two versions, 0 and 1. It has every
	// attribute and secret that the API takes, and passes Check as a create. The
	// versions of one n share the id and all unique values, and differ in at least
	// one attribute; users with a different n differ in id, e-mail and all other
	// unique values. If possible, values have 4 characters or more, and no value
	// contains an id. The suite sets Op and Remote.
	Record func(n, version int) *user.Record

	// NewSandbox starts a mock server of the API that injects all of the faults. It
	// asks for the credentials if the API does.
	NewSandbox func(t testing.TB, faults ...string) Sandbox

	// Credentials are the texts that Open authenticates with. They must never show.
	Credentials []string
	// KeyInPath lists the calls whose path holds the user's key as one segment.
	KeyInPath []user.Op
	// KeyInFindPath says the same about Find.
	KeyInFindPath bool
	// EmptySuccess lists the calls for which the reference shows no body on
	// success, so an empty one, and {}, may be believed.
	EmptySuccess []user.Op
	// Shapes are the sandbox faults that change the shape of an answer about many
	// users, such as short and noid=blind, by the calls that carry many.
	Shapes map[user.Op][]string
	// Shared are fields of Record that share a place in the body with another field,
	// or have one even if they are left out.
	Shared []user.Field
	// CreateOnly are fields of Record that only a create sends. Secrets count among
	// them.
	CreateOnly []user.Field
	// PerMinute is the limit of calls per minute in the reference; 0 if there is none.
	PerMinute int
}

// Client is a client under test. Unless its Traits say Blind, it is a
// destination.Finder too.
type Client interface {
	destination.Destination
	CloseIdle()
}

// Address is where the client finds its API.
type Address = stage.Address

// Sandbox is a mock server that the suite can look into.
type Sandbox struct {
	http.Handler
	// Look returns what the server holds for a record. It finds the user by the
	// caller's key, or by another value that both versions of a record share and no
	// other record has.
	Look func(*user.Record) Look
	// Injected returns how many faults took effect so far.
	Injected func() uint64
	// Answers returns how many calls the server answered so far, by operation and status;
	// "none" is a call without an answer.
	Answers func() map[string]map[string]uint64
}

// Look is what a mock server knows of one user.
type Look struct {
	Held    int    // users that it holds for the record now
	Created int    // users that were ever created for it
	Data    string // what it holds, without the keys that it assigned; equal texts for equal users
}

// Looked returns the Look of a mock server that keeps users by the callers' ids.
func Looked(held bool, created uint32, data []byte) Look {
	look := Look{Created: int(created), Data: string(data)}
	if held {
		look.Held = 1
	}
	return look
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
		{"counts", counts},
		{"counts of reads", readCounts},
		{"counts of broken calls", brokenCounts},
		{"keys", keys},
		{"read-back", readBack},
		{"users of other ids", owners},
		{"absences", absences},
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
		{"unanswered", unanswered},
		{"faults of reads", readFaults},
		{"shapes", shapes},
		{"crowd", crowd},
	} {
		t.Run(part.name, func(t *testing.T) { part.run(s, t) })
	}
}

// bubble runs f as a subtest in which time stands still while any goroutine runs.
func bubble(t *testing.T, name string, f func(*testing.T)) {
	t.Run(name, func(t *testing.T) { synctest.Test(t, f) })
}
