// Package limited is the middleware right around a client: when a call may start, what must
// be stored before it, and how it is counted. It sends nothing again. Its tests are those of
// the stack.
//
// Start at Limited. Leased, IntentRecorded and Proved add to it what some runs need.
package limited

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"usersync/sync/destination"
	"usersync/sync/destination/verdict"
	"usersync/sync/telemetry"
	"usersync/sync/user"
)

// Pacer decides when a call may start.
type Pacer interface {
	// Begin waits until one call may start. The caller makes it at once and then
	// calls end exactly once, with the status of the answer (0 if there was none)
	// and whether the API gave a definite answer; with NotMade it made no call, and
	// with Cut it says nothing about the API. An error ends the run.
	Begin(context.Context) (end func(status int, answered bool), err error)
	// Answered returns how many calls got a definite answer so far.
	Answered() uint64
}

// NotMade is the status of a call that was not made, and Cut that of a call that ended here,
// because the run did, before its answer came.
const (
	NotMade = -1
	Cut     = -2
)

// Limited makes every call and every read-back wait for its turn. It is the
// innermost middleware, so no attempt escapes the limit.
//
// From here outwards an error other than a *CallError ends the run.
type Limited struct {
	destination.Destination
	Pacer Pacer
	// Wire is the context of calls in flight. It outlives the context of Apply,
	// which only ends waits: a call in flight is left to finish.
	Wire context.Context
	// Calls counts the calls; nil counts none.
	Calls *destination.Calls
	// Observer is told of every call; nil is not.
	Observer telemetry.Observer
}

// Apply waits for its turn and makes the call.
func (l Limited) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	turn := l.turnFor(ctx, b.Op, b.Records)
	if err := turn.begin(string(l.Traits().Kind(b.Op))); err != nil {
		return nil, err
	}
	outcomes, err := l.Destination.Apply(turn.on(l.Wire), b)
	turn.overAs(disbelieved(outcomes, err), err)
	turn.settled(b, outcomes)
	if unmade, ok := errors.AsType[notSent](err); ok {
		return nil, unmade.error
	}
	verdict.MarkTaken(b, outcomes, err, l.Traits().Ops[b.Op].Replay)
	turn.markTaken(b)
	if err == nil && len(outcomes) != len(b.Records) {
		for _, r := range b.Records {
			r.MaybeSent = true
		}
		outcomes, err = nil, fmt.Errorf("%s answered for %d of %d users: a bug in its client", l.Traits().Name, len(outcomes), len(b.Records))
	}
	if err != nil && destination.AsCallError(err) == nil { // it may have been taken
		for _, r := range b.Records {
			r.MaybeSent = true
		}
	}
	return outcomes, err
}

// Find waits for its turn and reads back. If the API has no read-back for the record
// it returns Unknown without a call.
func (l Limited) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	finder, ok := l.client().(destination.Finder)
	if t := l.Traits(); !ok || t.Blind || t.FindsByKey && r.Remote == "" {
		return destination.Found{}, nil
	}
	turn := l.turnFor(ctx, r.Op, []*user.Record{r})
	if err := turn.begin(destination.ReadCall); err != nil {
		return destination.Found{}, err
	}
	found, err := finder.Find(turn.on(l.Wire), r)
	turn.over(err)
	return found, err
}

// Probe waits for its turn and proves the credentials.
func (l Limited) Probe(ctx context.Context, prober destination.Prober) error {
	turn := l.turnFor(ctx, "", nil)
	if err := turn.begin(destination.ReadCall); err != nil {
		return err
	}
	err := prober.Probe(turn.on(l.Wire))
	turn.over(err)
	return err
}

// List waits for its turn and reads one page of the users.
func (l Limited) List(ctx context.Context, lister destination.Lister, offset int) (destination.Page, error) {
	turn := l.turnFor(ctx, "", nil)
	if err := turn.begin(destination.ReadCall); err != nil {
		return destination.Page{}, err
	}
	page, err := lister.List(turn.on(l.Wire), offset)
	turn.over(err)
	return page, err
}

// client returns the client inside.
func (l Limited) client() destination.Destination {
	if recorded, ok := l.Destination.(IntentRecorded); ok {
		return recorded.Destination
	}
	return l.Destination
}

// answerOf returns the status of a call and whether the API gave a definite answer: an
// API that refuses or denies has answered, and so has one that rejects an old token.
func answerOf(err error) (status int, answered bool) {
	ce := destination.AsCallError(err)
	switch {
	case err == nil:
		return 200, true
	case ce == nil:
		return 0, false
	case errors.Is(err, context.Canceled):
		return Cut, false
	}
	token := ce.TokenStatus
	if token == http.StatusTooManyRequests {
		token = 0 // a slower rate of calls would not slow down those for tokens: count it as no answer
	}
	return cmp.Or(ce.Status, token), ce.Fault == destination.RefusedWhole || ce.Fault == destination.Denied || ce.Status == 401 || ce.Status == 403
}
