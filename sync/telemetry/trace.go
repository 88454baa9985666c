package telemetry

import "context"

// Tracer makes a span for each call, as tracing systems know calls. Its method is called
// by all workers at the same time.
type Tracer interface {
	// Begin makes the span of a call that begins now; nil for none. A span of which no
	// observer is told was not of a call.
	Begin(kind string) Span
}

// Span is a call in a trace.
type Span interface {
	// Traceparent is the value of the header of that name (W3C Trace Context), by which
	// the API can join the trace; empty for none.
	Traceparent() string
}

// TracerOf returns the observer that traces calls, of a Tee the first one that does; nil if none
// does.
func TracerOf(o Observer) Tracer {
	if all, ok := o.(Tee); ok {
		for _, one := range all {
			if t := TracerOf(one); t != nil {
				return t
			}
		}
	}
	t, _ := o.(Tracer)
	return t
}

// Trace holds the span of the call in flight. It is for one goroutine.
type Trace struct{ Span Span }

type traceKey struct{}

// WithTrace returns a context for calls whose spans are in t, one after the other.
func WithTrace(ctx context.Context, t *Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

// Traceparent returns the header for the call in flight; empty without a trace.
func Traceparent(ctx context.Context) string {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	if t == nil || t.Span == nil {
		return ""
	}
	return t.Span.Traceparent()
}
