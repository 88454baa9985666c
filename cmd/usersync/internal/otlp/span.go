//go:build otlp

package otlp

import (
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"usersync/cmd/usersync/internal/metrics"
	"usersync/sync/telemetry"
	"usersync/sync/user"
	own "usersync/writer/codes"
)

// span is a call of the run.
type span struct{ trace.Span }

// Traceparent is the header by which the API can join the trace.
func (s span) Traceparent() string {
	c := s.SpanContext()
	return fmt.Sprintf("00-%s-%s-%s", c.TraceID(), c.SpanID(), c.TraceFlags())
}

// Begin begins the span of a call.
func (e *Exporter) Begin(kind string) telemetry.Span {
	if e.provider == nil {
		return nil
	}
	_, s := e.tracer.Start(e.inRun, kind, trace.WithSpanKind(trace.SpanKindClient))
	return span{s}
}

// Called ends the span of a call.
func (e *Exporter) Called(c *telemetry.Call) {
	s, ok := c.Span.(span)
	if !ok {
		return
	}
	if s.IsRecording() {
		s.SetName(c.Kind)
		s.SetAttributes(
			attribute.String("usersync.destination", e.job.Destination), attribute.Int("usersync.records", len(c.Records)),
			attribute.Int("usersync.attempt", c.Attempt()), attribute.String("usersync.result", own.Label(c.Result)))
		if c.Status != 0 {
			s.SetAttributes(attribute.Int("http.response.status_code", c.Status))
		}
		for cause, waited := range c.Waits {
			if waited >= time.Millisecond {
				s.SetAttributes(attribute.Float64("usersync.waited."+telemetry.Cause(cause).String()+"_seconds", waited.Seconds()))
			}
		}
		if c.Result != "ok" {
			s.SetStatus(codes.Error, own.Label(c.Result))
		}
	}
	e.end(s.Span, c.Began.Add(c.Wire))
}

// Waited does nothing: a wait without a call has no span.
func (*Exporter) Waited(telemetry.Spent) {}

// endRun ends the span of the run.
func (e *Exporter) endRun(r *metrics.Run) {
	e.run.SetAttributes(attribute.Int("usersync.exit_code", r.ExitCode))
	if s := r.Summary; s != nil {
		e.run.SetAttributes(attribute.String("usersync.state", string(s.State)), attribute.Int("usersync.records_read", s.RecordsRead))
		for _, status := range user.Statuses {
			e.run.SetAttributes(attribute.Int("usersync.outcomes."+string(status), s.Outcomes.Count(status)))
		}
	}
	if r.ExitCode != 0 {
		e.run.SetStatus(codes.Error, fmt.Sprintf("exit code %d", r.ExitCode))
	}
	e.end(e.run, r.At)
}

// end ends a span, which is then sent if the sampler has chosen it.
func (e *Exporter) end(s trace.Span, at time.Time) {
	if s.SpanContext().IsSampled() {
		e.sent.end()
	}
	s.End(trace.WithTimestamp(at))
}
