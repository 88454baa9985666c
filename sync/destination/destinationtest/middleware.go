package destinationtest

import (
	"cmp"
	"context"
	"net/http"
	"sync/atomic"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/attested"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/owned"
	"usersync/sync/destination/stack"
)

// Middleware is what a run puts around a client, for tests of the two together. The
// zero value is ready to use.
type Middleware struct {
	Pacer   limited.Pacer   // nil starts every call at once
	Retries int             // 0 means 20
	Intents limited.Intents // nil records no intents
	Owners  *owned.Owners   // nil does not keep the users of different ids apart
	// Absences is what proves that a user to delete is absent.
	Absences attested.Absences
}

// Wrap wraps the client in the middleware, in the order of a run.
func (m Middleware) Wrap(client destination.Destination) destination.Destination {
	if m.Pacer == nil {
		m.Pacer = new(openGate)
	}
	m.Retries = cmp.Or(m.Retries, 20)
	o := stack.Options{Pacer: m.Pacer, Wire: context.Background(), Client: stack.FeaturesOf(client), Keys: stack.Keys{Owners: m.Owners}, Retries: m.Retries, Intents: m.Intents, Absences: m.Absences}
	return o.Wrap(client)
}

// openGate starts every call at once.
type openGate struct{ answered atomic.Uint64 }

func (g *openGate) Begin(context.Context) (func(int, bool), error) {
	return func(int, bool) {}, nil
}

// Answered goes up with every call, so every attempt counts.
func (g *openGate) Answered() uint64 { return g.answered.Add(1) }

// Connect serves api over in-memory connections until the test ends, inside or outside
// a testing/synctest bubble.
func Connect(t testing.TB, api http.Handler) Address { return newStage(t, api, true).address() }

// Looked returns the Look of a mock server that keeps users by the callers' ids.
func Looked(held bool, created uint32, data []byte) Look {
	look := Look{Created: int(created), Data: string(data)}
	if held {
		look.Held = 1
	}
	return look
}
