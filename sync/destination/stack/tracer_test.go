package stack_test

import (
	"context"
	"strconv"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/pace"
	"usersync/sync/telemetry"
	"usersync/sync/user"
)

// tracer numbers the calls that begin, and keeps the spans of those that ended.
type tracer struct {
	begun int
	ended []telemetry.Span
}

type numbered string

// Traceparent is the number.
func (n numbered) Traceparent() string { return string(n) }

// Begin makes a span.
func (t *tracer) Begin(kind string) telemetry.Span {
	t.begun++
	return numbered(kind + strconv.Itoa(t.begun))
}

// Called keeps the call's span.
func (t *tracer) Called(c *telemetry.Call) { t.ended = append(t.ended, c.Span) }

// Waited does nothing.
func (*tracer) Waited(telemetry.Spent) {}

// asksFirst is a client that reads before each create.
type asksFirst struct {
	readable
	sent *[]string
}

// Apply makes two calls.
func (a asksFirst) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	for i, method := range []string{"GET", "POST"} {
		if i > 0 {
			if err := destination.NextCall(ctx, "create"); err != nil {
				return nil, err
			}
		}
		*a.sent = append(*a.sent, telemetry.Traceparent(ctx))
		destination.CallEnded(ctx, method, destination.Ending{Status: 200})
	}
	return make([]user.Outcome, len(b.Records)), nil
}

// Each call carries the span that its observer is told of, also the second of one Apply.
func TestEachCallHasItsSpan(t *testing.T) {
	var sent []string
	traced := &tracer{}
	inner := limited.Limited{
		Destination: asksFirst{readable{scene{}.fake()}, &sent}, Pacer: pace.New(pace.Options{MaxInFlight: 1}), Wire: t.Context(), Calls: new(destination.Calls),
		Observer: telemetry.Tee{telemetry.NewStats(), traced},
	}
	if _, err := inner.Apply(t.Context(), user.Batch{Op: user.Create, Records: records("a=1", user.Create)}); err != nil {
		t.Fatal(err)
	}
	if len(sent) != 2 || len(traced.ended) != 2 || sent[0] != "create1" || sent[1] != "create2" ||
		traced.ended[0] != numbered(sent[0]) || traced.ended[1] != numbered(sent[1]) {
		t.Errorf("sent %v, told %v", sent, traced.ended)
	}
}
