// Package wired puts a client under test into the middleware, as a run does. No program links
// it.
//
// Start at Middleware.
package wired

import (
	"cmp"
	"context"
	"sync/atomic"

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
		m.Pacer = new(OpenGate)
	}
	m.Retries = cmp.Or(m.Retries, 20)
	o := stack.Options{Pacer: m.Pacer, Wire: context.Background(), Client: stack.FeaturesOf(client), Keys: stack.Keys{Owners: m.Owners}, Retries: m.Retries, Intents: m.Intents, Absences: m.Absences}
	return o.Wrap(client)
}

// OpenGate starts every call at once.
type OpenGate struct{ answered atomic.Uint64 }

// Begin waits for nothing.
func (g *OpenGate) Begin(context.Context) (func(int, bool), error) {
	return func(int, bool) {}, nil
}

// Answered goes up with every call, so every attempt counts.
func (g *OpenGate) Answered() uint64 { return g.answered.Add(1) }
