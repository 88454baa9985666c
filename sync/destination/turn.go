package destination

import "context"

type turnKey struct{}

// InTurn returns the context of a call, by which Further finds next: it ends the
// call that is out and waits until one more of the given kind may be made.
func InTurn(ctx context.Context, next func(kind string) error) context.Context {
	return context.WithValue(ctx, turnKey{}, next)
}

// Further says that the call which a client has just made was answered, and
// waits until it may make one more within the same Apply or Find. ctx is the one
// that the client was given; kind is ReadCall or an operation, for the count. An
// error ends the run: the client makes no call and returns it as it is.
//
// The first call gives its wire back before the next waits for one, so that
// workers cannot wait for each other.
func Further(ctx context.Context, kind string) error {
	next, ok := ctx.Value(turnKey{}).(func(string) error)
	if !ok { // nobody keeps a pace
		return nil
	}
	return next(kind)
}
