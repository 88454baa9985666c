package destination

import "context"

type turnKey struct{}

// Turn is one call that may be in flight, as the middleware sees it. It is for one
// goroutine.
type Turn interface {
	// Next ends the current call and waits until one more of a kind may start.
	Next(kind string) error
	// Answered says which method the call had, and the status of its answer.
	Answered(method string, status int)
}

// WithTurn returns the context of a call that has its turn, and may need further ones.
func WithTurn(ctx context.Context, t Turn) context.Context {
	return context.WithValue(ctx, turnKey{}, t)
}

// Answered tells the middleware, if there is one, what was sent and answered, so that
// what it counts is what the server counts.
func Answered(ctx context.Context, method string, status int) {
	if t, ok := ctx.Value(turnKey{}).(Turn); ok {
		t.Answered(method, status)
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
	t, ok := ctx.Value(turnKey{}).(Turn)
	if !ok { // no middleware limits the calls
		return nil
	}
	return t.Next(kind)
}
