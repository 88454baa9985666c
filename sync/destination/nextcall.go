package destination

import (
	"context"

	"usersync/sync/user"
)

type turnKey struct{}

// Turn is one call that may be in flight, as the middleware sees it. It is for one
// goroutine.
type Turn interface {
	// Next ends the current call and waits until one more of a kind may start.
	Next(kind string) error
	// Ended says which method the call in flight had, and how it ended. A call of which the
	// turn is told nothing was not made.
	Ended(method string, how Ending)
	// Await has failed called once the outcomes are known, if a record of the call that was
	// answered did not succeed.
	Await(records []*user.Record, failed func())
}

// WithTurn returns the context of a call that has its turn, and may need further ones.
func WithTurn(ctx context.Context, t Turn) context.Context {
	return context.WithValue(ctx, turnKey{}, t)
}

// TurnOf returns the turn of a call; nil if no middleware limits it.
func TurnOf(ctx context.Context) Turn {
	t, _ := ctx.Value(turnKey{}).(Turn)
	return t
}

// Ending is how a call ended.
type Ending struct {
	Status int    // of the answer; 0 if there was none
	Code   string // of the fault; "" if there was none
	// RequestID is the id that the API gave the call; "" if it gave none.
	RequestID string
}

// CallEnded tells the middleware, if there is one, what was sent and how it ended, so that
// what it counts is what the server counts. If a client then finds a fault in the answer,
// it says so by another CallEnded for the same call.
func CallEnded(ctx context.Context, method string, how Ending) {
	if t := TurnOf(ctx); t != nil {
		t.Ended(method, how)
	}
}

// IfFailed has failed called when the client's Apply has ended, if one of the records did not
// succeed and no later call of the same Apply carried it. A record that a read found to exist
// or to be missing has not failed. Without a middleware failed is never called.
func IfFailed(ctx context.Context, records []*user.Record, failed func()) {
	if t := TurnOf(ctx); t != nil {
		t.Await(records, failed)
	}
}

// NextCall tells the middleware that the client's call was answered, and waits until
// the client may make one more within the same Apply or Find. ctx is the context that
// the client was given; kind is ReadCall or an operation, and is what the call is
// counted as. An error ends the run: the client makes no call and returns the error
// unchanged.
//
// The current call gives up its slot before the next one waits for one, so workers
// cannot deadlock.
func NextCall(ctx context.Context, kind string) error {
	t := TurnOf(ctx)
	if t == nil {
		return nil
	}
	return t.Next(kind)
}
