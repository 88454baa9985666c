package limited

import (
	"context"
	"net/http"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// turn is the one call at a time that a client's Apply or Find may have in flight.
type turn struct {
	pacer Pacer
	calls *destination.Calls
	waits context.Context // of Apply or Find: ends a wait
	kind  string
	end   func(status int, answered bool) // nil while no call is in flight

	method string // of the call in flight, once it is answered
	status int    // of its answer
}

func (l Limited) turn(waits context.Context) *turn {
	return &turn{pacer: l.Pacer, calls: l.Calls, waits: waits}
}

// turnKey is the key of the turn in the context of its call.
type turnKey struct{}

// on returns the context of the call, through which destination.NextCall finds the turn.
func (t *turn) on(wire context.Context) context.Context {
	return destination.WithTurn(context.WithValue(wire, turnKey{}, t), t)
}

// Next ends the current call, and waits until one more may start.
func (t *turn) Next(kind string) error {
	t.over(nil)
	return t.begin(kind)
}

// Answered keeps what the call in flight was, and how it was answered.
func (t *turn) Answered(method string, status int) { t.method, t.status = method, status }

func (t *turn) begin(kind string) (err error) {
	t.kind, t.method, t.status = kind, "", 0
	t.end, err = t.pacer.Begin(t.waits)
	if err != nil {
		t.end = nil
	}
	return err
}

// giveBack ends the turn without a call.
func (t *turn) giveBack() {
	if t.end != nil {
		t.end(NotMade, false)
		t.end = nil
	}
}

// again gives the turn back and takes another one.
func (t *turn) again() error {
	t.giveBack()
	return t.begin(t.kind)
}

// over ends the call in flight, if there is one.
func (t *turn) over(err error) { t.overAs("", err) }

// overAs ends the call in flight, if there is one. A call whose answer is not believed
// counts under the code that says why.
func (t *turn) overAs(code string, err error) {
	if t.end == nil {
		return
	}
	t.end(answerOf(err))
	t.end = nil
	switch kind := t.asSent(); {
	case code != "":
		t.calls.CountAs(kind, code)
	case err == nil && t.status >= 400:
		t.calls.CountAnswer(kind, t.status)
	default:
		t.calls.Count(kind, err)
	}
}

// asSent is the kind of the call in flight, as the server sees it: a create that must
// first find out who exists is a read.
func (t *turn) asSent() string {
	if t.method == http.MethodGet {
		return destination.ReadCall
	}
	return t.kind
}

// disbelieved returns the code of an answer that settles no one; "" for any other.
func disbelieved(outcomes []user.Outcome, err error) string {
	if err != nil || len(outcomes) == 0 {
		return ""
	}
	for _, o := range outcomes {
		if o.Status != user.InDoubt || o.Code != outcomes[0].Code {
			return ""
		}
	}
	return outcomes[0].Code
}
