// Package telemetry is what is observed of the calls of a run: one event for each call, and
// bounded statistics of them, which do not grow with the input.
//
// It makes no calls and writes no files. Package limited reports the calls; anyone who wants
// them is an Observer. Start at Call and Stats.
package telemetry

import (
	"time"

	"usersync/sync/user"
)

// Call is one call to the API that has ended.
type Call struct {
	// Kind is what the call counts as: create, update, delete or read.
	Kind string
	// Op is what its records needed it for. A create that must first find out who exists
	// makes calls of the kind read. It is empty for a call that is about no record.
	Op user.Op
	// Records are what the call carried, or looked up; nil if it was about none. They
	// belong to the goroutine of the call: read them while Called runs, and keep nothing.
	Records []*user.Record
	// Began is when the call had its turn.
	Began time.Time
	// Waits are what held the call up before that.
	Waits Spent
	// Wire is the time from its turn to the end of the answer.
	Wire time.Duration
	// Status is the HTTP status of the answer; 0 if none came.
	Status int
	// Result is the result that the call counts under in the summary: ok, http_503,
	// timeout and so on.
	Result string
	// RequestID is the id that the API gave the call; empty if it gave none.
	RequestID string
	// Repeat says that the call belongs to a later attempt: something was sent or read
	// before, and not settled. So it is also if it carries a part of a batch that was refused.
	Repeat bool
	// Limit is how many calls per second were allowed when it began; 0 is unlimited.
	Limit float64
	// Span is what a Tracer made of it; nil for nothing.
	Span Span
}

// Range returns the numbers of the first and the last record of the call; 0 if it is about
// none. Records between them may have been in other calls.
func (c *Call) Range() (first, last int) {
	if len(c.Records) == 0 {
		return 0, 0
	}
	return c.Records[0].Origin.Record, c.Records[len(c.Records)-1].Origin.Record
}

// Attempt returns how many calls have carried the first record so far, this one included;
// calls that only read do not count. It is 0 if the call is about no record.
func (c *Call) Attempt() int {
	if len(c.Records) == 0 {
		return 0
	}
	return c.Records[0].Attempts
}

// Observer is told of the calls of a run. Its methods are called by all workers at the same
// time, right after a call: they must return soon, and cannot fail.
type Observer interface {
	// Called is told of a call that was made and has ended.
	Called(*Call)
	// Waited is told of waits after which no call was made, because the run ended.
	Waited(Spent)
}

// Tee tells several observers, one after the other.
type Tee []Observer

// Called tells each observer.
func (t Tee) Called(c *Call) {
	for _, o := range t {
		o.Called(c)
	}
}

// Waited tells each observer.
func (t Tee) Waited(waits Spent) {
	for _, o := range t {
		o.Waited(waits)
	}
}
