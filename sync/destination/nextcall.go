package destination

import "context"

type nextCallKey struct{}

// WithNextCall returns the context of a call that may need further ones. NextCall
// runs next, which ends the current call and waits until one more of the given kind
// may start.
func WithNextCall(ctx context.Context, next func(kind string) error) context.Context {
	return context.WithValue(ctx, nextCallKey{}, next)
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
	next, ok := ctx.Value(nextCallKey{}).(func(string) error)
	if !ok { // no middleware limits the calls
		return nil
	}
	return next(kind)
}
