//go:build otlp

package otlp

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"usersync/cmd/usersync/internal/metrics"
)

// Exporter sends what a run does. It is an Observer and a Tracer of its calls, safe for
// concurrent use.
type Exporter struct {
	job      Job
	resource *resource.Resource
	tracer   trace.Tracer
	provider *sdktrace.TracerProvider // nil if no traces are wanted
	run      trace.Span
	inRun    context.Context // of the run's span
	metrics  *periodic       // nil if no metrics are wanted
	failed   failures
}

// Start begins a trace of the run. It makes no call.
func Start(ctx context.Context, lookup Lookup, job Job) (*Exporter, error) {
	if protocol, _ := lookup("OTEL_EXPORTER_OTLP_PROTOCOL"); protocol != "" && protocol != "http/protobuf" {
		return nil, errors.New("OTEL_EXPORTER_OTLP_PROTOCOL can only be http/protobuf")
	}
	e := &Exporter{job: job}
	var err error
	e.resource, err = resource.New(ctx, resource.WithAttributes(
		attribute.String("service.name", "usersync"), attribute.String("service.version", job.Version)), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("read OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	if tracesAsked(lookup) {
		if err := e.startTrace(ctx); err != nil {
			return nil, err
		}
	}
	if metricsAsked(lookup) {
		if e.metrics, err = newPeriodic(ctx, e.resource, job.Version); err != nil {
			return nil, fmt.Errorf("read the variables OTEL_*: %w", withoutAddress(err))
		}
	}
	return e, nil
}

func (e *Exporter) startTrace(ctx context.Context) error {
	client, err := otlptracehttp.New(ctx)
	if err != nil {
		return fmt.Errorf("read the variables OTEL_*: %w", withoutAddress(err))
	}
	e.provider = sdktrace.NewTracerProvider(sdktrace.WithResource(e.resource), sdktrace.WithBatcher(&quiet{client, &e.failed}))
	e.tracer = e.provider.Tracer("usersync", trace.WithInstrumentationVersion(e.job.Version))
	e.inRun, e.run = e.tracer.Start(ctx, "usersync run", trace.WithNewRoot(), trace.WithAttributes(
		attribute.String("usersync.job", e.job.Name), attribute.String("usersync.destination", e.job.Destination), attribute.String("usersync.mode", e.job.Mode)))
	return nil
}

// Watch has the metrics of the run in progress sent from now on, each time that
// OTEL_METRIC_EXPORT_INTERVAL has passed. now returns them, and is called by a goroutine of
// the exporter until End.
func (e *Exporter) Watch(now func() metrics.Run) {
	if e.metrics != nil {
		e.metrics.watch(now)
	}
}

// End sends what is left. Its error is a warning.
func (e *Exporter) End(ctx context.Context, r metrics.Run) error {
	var errs []error
	if e.provider != nil {
		e.endRun(&r)
		errs = append(errs, e.provider.Shutdown(ctx), e.failed.err())
	}
	if e.metrics != nil {
		errs = append(errs, e.metrics.end(ctx, r))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("send to OpenTelemetry: %w", withoutAddress(err))
	}
	return nil
}

// failures keeps the first error of spans that could not be sent, and counts the others.
type failures struct {
	mu    sync.Mutex
	first error
	count int
}

func (f *failures) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.count++; f.first == nil {
		f.first = err
	}
}

func (f *failures) err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.first
}

// quiet is an exporter whose errors are kept: the SDK would print them.
type quiet struct {
	sdktrace.SpanExporter
	failed *failures
}

// ExportSpans sends spans, and keeps an error.
func (q *quiet) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	if err := q.SpanExporter.ExportSpans(ctx, spans); err != nil {
		q.failed.add(err)
	}
	return nil
}

// withoutAddress leaves out the address of a call, which may hold a password.
func withoutAddress(err error) error {
	if call, ok := errors.AsType[*url.Error](err); ok {
		return call.Err
	}
	return err
}
