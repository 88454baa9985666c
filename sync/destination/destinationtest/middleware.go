package destinationtest

import (
	"cmp"
	"context"
	"net/http"
	"sync/atomic"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/stack"
)

// Manners are the wrappers that a run puts around a client, for tests of the two
// together. The zero value will do.
type Middleware struct {
	Pacer   stack.Pacer   // nil lets every call out at once
	Retries int           // 0 is 20
	Intents stack.Intents // nil remembers nobody
}

// Around returns the client in its manners, in the order of a run.
func (m Middleware) Wrap(client destination.Destination) destination.Destination {
	if m.Pacer == nil {
		m.Pacer = new(openGate)
	}
	m.Retries = cmp.Or(m.Retries, 20)
	sizer, _ := client.(destination.Sizer)
	o := stack.Options{Pacer: m.Pacer, Wire: context.Background(), Sizer: sizer, Retries: m.Retries, Intents: m.Intents}
	return o.Wrap(client)
}

// openGate lets every call out at once.
type openGate struct{ through atomic.Uint64 }

func (g *openGate) Begin(context.Context) (func(int, bool), error) {
	return func(int, bool) {}, nil
}

// Through counts on, so that every attempt counts.
func (g *openGate) Answered() uint64 { return g.through.Add(1) }

// Connect serves api over connections in memory until the test ends, in a bubble
// of testing/synctest or outside of one.
func Connect(t testing.TB, api http.Handler) Address { return newStage(t, api, true).address() }

// Looked is what a rehearsal that keeps users by the callers' ids knows of one.
func Looked(held bool, created uint32, data []byte) Look {
	look := Look{Created: int(created), Data: string(data)}
	if held {
		look.Held = 1
	}
	return look
}
