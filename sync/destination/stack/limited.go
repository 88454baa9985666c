package stack

import (
	"context"
	"fmt"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Pacer says when a call may start.
type Pacer interface {
	// Begin waits until one call may start. The caller makes it at once and then
	// calls end exactly once, with the status of the answer (0 if none came) and
	// whether the API gave a definite answer. An error ends the run.
	Begin(context.Context) (end func(status int, through bool), err error)
	// Through counts the calls that got a definite answer so far.
	Answered() uint64
}

// Limited makes every call and every read-back wait for its turn. It is the
// innermost manner, so that no attempt escapes the limit.
//
// From here outwards an error that is no *CallError ends the run.
type Limited struct {
	destination.Destination
	Pacer Pacer
	// Wire is the context of calls on the wire. It outlives the context of
	// Apply, which ends waits: a call that is out is awaited.
	Wire context.Context
	// Calls counts the calls; nil counts none.
	Calls *destination.Calls
}

// Apply waits for its turn and makes the call.
func (l Limited) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	turn := l.turn(ctx)
	if err := turn.begin(string(b.Op)); err != nil {
		return nil, err
	}
	outcomes, err := l.Destination.Apply(turn.on(l.Wire), b)
	turn.over(err)
	if err == nil && len(outcomes) != len(b.Records) {
		for _, r := range b.Records {
			r.MaybeSent = true // the call was made
		}
		outcomes, err = nil, fmt.Errorf("%s answered for %d of %d users: a defect of its client", l.Traits().Name, len(outcomes), len(b.Records))
	}
	if err != nil && callError(err) == nil { // nothing says that it was not taken
		for _, r := range b.Records {
			r.MaybeSent = true
		}
	}
	return outcomes, err
}

// Find waits for its turn and reads back; without a call it answers Unknown
// where the API has no read-back for the record.
func (l Limited) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	finder, ok := l.Destination.(destination.Finder)
	if t := l.Traits(); !ok || t.Blind || t.FindsByKey && r.Remote == "" {
		return destination.Found{}, nil
	}
	turn := l.turn(ctx)
	if err := turn.begin(destination.ReadCall); err != nil {
		return destination.Found{}, err
	}
	found, err := finder.Find(turn.on(l.Wire), r)
	turn.over(err)
	return found, err
}

// ending tells the pacer how a call ended: an API that refuses or denies is
// there, and so is one that finds a token or a signature too old.
func ending(err error) (status int, through bool) {
	ce := callError(err)
	switch {
	case err == nil:
		return 200, true
	case ce == nil:
		return 0, false
	}
	return ce.Status, ce.Fault == destination.RefusedWhole || ce.Fault == destination.Denied || ce.Status == 401 || ce.Status == 403
}
