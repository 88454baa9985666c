package stack_test

import (
	"context"
	"errors"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

// waits is a Pacer whose turn takes a while, in which a lease may end.
type waits struct {
	limited.Pacer
	meanwhile func()
	given     int // turns that were given back without a call
}

func (w *waits) Begin(ctx context.Context) (func(int, bool), error) {
	end, err := w.Pacer.Begin(ctx)
	w.meanwhile()
	return func(status int, through bool) {
		if status == 0 && !through {
			w.given++
		}
		end(status, through)
	}, err
}

type leaseHeld struct{ err error }

func (l *leaseHeld) Check() error { return l.err }

// A lease that ends while a call waits for its turn keeps the call from being made, and
// ends the run: nothing of the batch was perhaps taken. The turn is given back.
func TestNoCallWithoutALease(t *testing.T) {
	lost := errors.New("lost")
	for name, c := range map[string]struct {
		err   error
		calls int
	}{"held": {nil, 1}, "lost": {lost, 0}} {
		t.Run(name, func(t *testing.T) {
			client := newFake(destination.Traits{Ops: map[user.Op]destination.OpTraits{user.Create: {Max: 10}}})
			client.applied = func(int, user.Batch) fault { return none }
			held := &leaseHeld{}
			pacer := &waits{Pacer: new(pacer), meanwhile: func() { held.err = c.err }}
			o := stack.Options{Pacer: pacer, Wire: t.Context(), Lease: held}
			b := user.Batch{Op: user.Create, Records: []*user.Record{{User: user.User{ID: "a"}, Op: user.Create}}}
			outcomes, err := o.Wrap(client).Apply(t.Context(), b)
			if !errors.Is(err, c.err) || len(client.calls) != c.calls {
				t.Errorf("%v, %+v, %v", client.calls, outcomes, err)
			}
			if c.err != nil && (b.Records[0].MaybeSent || pacer.given != 1) {
				t.Errorf("perhaps taken: %t; turns given back: %d", b.Records[0].MaybeSent, pacer.given)
			}
		})
	}
}
