package destination

import "context"

// turn is the one call on the wire that an Apply or Find of a client makes at a
// time.
type turn struct {
	pacer Pacer
	calls *Calls
	waits context.Context // of Apply or Find: its end ends a wait
	kind  string
	end   func(status int, through bool) // nil while no call is out
}

type turnKey struct{}

func (l Limited) turn(waits context.Context) *turn {
	return &turn{pacer: l.Pacer, calls: l.Calls, waits: waits}
}

// on returns the context of the call, by which Further finds the turn.
func (t *turn) on(wire context.Context) context.Context {
	return context.WithValue(wire, turnKey{}, t)
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
	t.calls.count(t.kind, err)
}

// Further says that the call which a client has just made was answered, and
// waits until it may make one more within the same Apply or Find. ctx is the one
// that the client was given; kind is ReadCall or an operation, for the count. An
// error ends the run: the client makes no call and returns it as it is.
//
// The first call gives its wire back before the next waits for one, so that
// workers cannot wait for each other.
func Further(ctx context.Context, kind string) error {
	t, ok := ctx.Value(turnKey{}).(*turn)
	if !ok { // nobody keeps a pace
		return nil
	}
	t.over(nil)
	return t.begin(kind)
}
