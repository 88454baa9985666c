package limited

import (
	"time"

	"usersync/sync/destination"
	"usersync/sync/telemetry"
)

// observed is what the observer will be told of a turn's calls. The zero value tells
// no one.
type observed struct {
	observer telemetry.Observer
	turn     telemetry.Turn // of the call that waits or is in flight; the pacer fills it
	backoff  time.Duration  // before the first call
	call     telemetry.Call
	tracer   telemetry.Tracer // nil without one
	trace    telemetry.Trace
}

// begins is told that the call has its turn.
func (o *observed) begins(kind string) {
	if o.observer == nil {
		return
	}
	o.call.Began, o.call.Wire = time.Now(), 0
	if o.tracer != nil {
		o.trace.Span = o.tracer.Begin(kind)
		o.call.Span = o.trace.Span
	}
}

// stored is told that the call waits no more until its intent is stored.
func (o *observed) stored(kind string) {
	if o.observer != nil {
		o.turn.Waits.Add(telemetry.Journal, time.Since(o.call.Began))
		o.begins(kind)
	}
}

// answered is told that the answer was read, or that none comes.
func (o *observed) answered() {
	if o.observer != nil {
		o.call.Wire = time.Since(o.call.Began)
	}
}

// over tells of a call that has ended.
func (o *observed) over(kind string, how destination.Ending) {
	if o.observer == nil {
		return
	}
	o.call.Kind, o.call.Waits, o.call.Limit = kind, o.waits(), o.turn.Limit
	o.call.Status, o.call.Result, o.call.RequestID = how.Status, how.Result(), how.RequestID
	o.observer.Called(&o.call)
}

// unmade tells of a wait that no call followed.
func (o *observed) unmade() {
	if o.observer != nil {
		o.observer.Waited(o.waits())
	}
}

// waits returns the waits since the last call.
func (o *observed) waits() telemetry.Spent {
	waits := o.turn.Waits
	waits.Add(telemetry.Backoff, o.backoff)
	o.turn.Waits, o.backoff = telemetry.Spent{}, 0
	return waits
}
