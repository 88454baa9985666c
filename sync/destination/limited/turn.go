package limited

import (
	"context"
	"net/http"
	"slices"

	"usersync/sync/destination"
	"usersync/sync/telemetry"
	"usersync/sync/user"
)

// turn is the one call at a time that a client's Apply or Find may have in flight.
type turn struct {
	pacer Pacer
	calls *destination.Calls
	waits context.Context // of Apply or Find: ends a wait
	kind  string
	end   func(status int, answered bool) // nil while no call is in flight

	made   bool // the call in flight; then also:
	method string
	how    destination.Ending
	took   bool // a call before it changed something

	observed observed
	awaited  []awaited
}

// awaited is a call that was answered, and wants to know whether its records succeeded.
type awaited struct {
	read    bool
	records []*user.Record
	failed  func()
}

// Await keeps a call until settled.
func (t *turn) Await(records []*user.Record, failed func()) {
	t.awaited = append(t.awaited, awaited{t.method == http.MethodGet, records, failed})
}

// settled tells the calls whose records did not succeed: for each record, the last call that
// carried it.
func (t *turn) settled(b user.Batch, outcomes []user.Outcome) {
	if len(t.awaited) == 0 {
		return
	}
	left := map[*user.Record]user.Status{}
	for i, r := range b.Records[:min(len(b.Records), len(outcomes))] {
		if s := outcomes[i].Status; s.Rejected() || s != user.Unsettled && !s.Final() {
			left[r] = s
		}
	}
	for _, call := range slices.Backward(t.awaited) {
		failed := false
		for _, r := range call.records {
			s, is := left[r]
			failed = failed || is && (s.Rejected() || !call.read)
			delete(left, r)
		}
		if failed {
			call.failed()
		}
	}
}

// turnFor returns a turn for calls about records, with the operation that they are for.
func (l Limited) turnFor(waits context.Context, op user.Op, records []*user.Record) *turn {
	t := &turn{pacer: l.Pacer, calls: l.Calls, waits: waits}
	if l.Observer != nil {
		t.observed = observed{observer: l.Observer, call: telemetry.Call{Op: op, Records: records, Repeat: telemetry.Repeats(waits)}}
		t.observed.tracer = telemetry.TracerOf(l.Observer)
		t.observed.backoff = telemetry.TakeBackoff(waits)
		t.waits = telemetry.WithTurn(waits, &t.observed.turn)
	}
	return t
}

// on returns the context of the call, through which destination.NextCall finds the turn.
func (t *turn) on(wire context.Context) context.Context {
	if t.observed.tracer != nil {
		wire = telemetry.WithTrace(wire, &t.observed.trace)
	}
	return destination.WithTurn(wire, t)
}

// Next ends the current call, and waits until one more may start.
func (t *turn) Next(kind string) error {
	t.took = t.took || t.made && t.method != http.MethodGet && t.how.Status/100 == 2
	t.over(nil)
	return t.begin(kind)
}

// Ended keeps what the call in flight was, and how it ended.
func (t *turn) Ended(method string, how destination.Ending) {
	if !t.made {
		t.observed.answered()
	}
	t.made, t.method, t.how = true, method, how
}

// markTaken sets PerhapsTaken for the records of b if one of several calls for them changed
// something, whatever the last one says.
func (t *turn) markTaken(b user.Batch) {
	if !t.took {
		return
	}
	for _, r := range b.Records {
		r.PerhapsTaken = true
	}
}

func (t *turn) begin(kind string) (err error) {
	t.kind, t.made = kind, false
	t.end, err = t.pacer.Begin(t.waits)
	if err != nil {
		t.end = nil
		t.observed.unmade()
		return err
	}
	t.observed.begins(kind)
	return nil
}

// giveBack ends the turn without a call.
func (t *turn) giveBack() {
	if t.end != nil {
		t.release()
		t.observed.unmade()
	}
}

// release lets another call have the turn.
func (t *turn) release() {
	t.end(NotMade, false)
	t.end = nil
}

// again gives the turn back and takes another one.
func (t *turn) again() error {
	if t.end != nil {
		t.release()
	}
	return t.begin(t.kind)
}

// over ends the call in flight, if there is one.
func (t *turn) over(err error) { t.overAs("", err) }

// overAs ends the call in flight, if there is one. A success that is not believed counts
// under the code that says why.
func (t *turn) overAs(disbelief string, err error) {
	if t.end == nil {
		return
	}
	if t.made || !isLocal(err) {
		t.end(answerOf(err))
	} else {
		t.end(NotMade, false)
	}
	t.end = nil
	t.calls.Failed(err)
	if !t.made {
		t.observed.unmade()
		return
	}
	kind, how := t.asSent(), t.how
	if how.Code == "" && kind == t.kind {
		how.Code = disbelief
	}
	t.calls.Count(kind, how)
	t.observed.over(kind, how)
}

// isLocal reports whether a call that was not made failed here, or was not needed. Any
// other was kept back by a token call, which says something about the API.
func isLocal(err error) bool {
	ce := destination.AsCallError(err)
	return err == nil || ce != nil && ce.Fault == destination.RefusedWhole
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
		if o.Status != user.InDoubt {
			return ""
		}
	}
	return outcomes[0].Code
}
