package stack

import (
	"context"

	"usersync/sync/destination"
)

// turn is the one call on the wire that an Apply or Find of a client makes at a
// time.
type turn struct {
	pacer Pacer
	calls *destination.Calls
	waits context.Context // of Apply or Find: its end ends a wait
	kind  string
	end   func(status int, through bool) // nil while no call is out
}

func (l Limited) turn(waits context.Context) *turn {
	return &turn{pacer: l.Pacer, calls: l.Calls, waits: waits}
}

// on returns the context of the call, by which destination.Further finds the turn.
func (t *turn) on(wire context.Context) context.Context {
	return destination.InTurn(wire, func(kind string) error {
		t.over(nil)
		return t.begin(kind)
	})
}

func (t *turn) begin(kind string) (err error) {
	t.kind = kind
	t.end, err = t.pacer.Begin(t.waits)
	if err != nil {
		t.end = nil
	}
	return err
}

// over ends the call that is out, if one is.
func (t *turn) over(err error) {
	if t.end == nil {
		return
	}
	t.end(ending(err))
	t.end = nil
	t.calls.Count(t.kind, err)
}
