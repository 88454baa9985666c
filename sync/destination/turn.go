package destination

import "context"

// turn is a call that was let out. A client that needs another call within the
// same Apply or Find waits for a further turn with Again.
type turn struct {
	limited Limited
	waiting context.Context
	kind    string
	end     func(status int, through bool) // nil if no turn is held
}

type turnKey struct{}

// begin waits for a turn.
func (l Limited) begin(ctx context.Context, kind string) (*turn, error) {
	end, err := l.Pacer.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &turn{limited: l, waiting: ctx, kind: kind, end: end}, nil
}

// wire is the context of the call on the wire.
func (t *turn) wire() context.Context { return context.WithValue(t.limited.Wire, turnKey{}, t) }

// over ends the turn with what became of its call.
func (t *turn) over(err error) {
	if t.end == nil {
		return
	}
	t.end(ending(err))
	t.end = nil
	t.limited.Calls.count(t.kind, err)
}

// Again waits for the turn of a further call, where a client cannot do with one:
// the call before it got a definite answer. ctx is the one that Apply or Find
// was given; where nobody limits calls it waits for nothing. An error ends the
// run, and the client returns it as it is.
func Again(ctx context.Context) error {
	t, ok := ctx.Value(turnKey{}).(*turn)
	if !ok {
		return nil
	}
	t.over(nil)
	end, err := t.limited.Pacer.Begin(t.waiting)
	if err != nil {
		return err
	}
	t.end = end
	return nil
}
