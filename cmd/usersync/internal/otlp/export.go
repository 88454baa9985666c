//go:build otlp

package otlp

import (
	"context"
	"errors"
	"fmt"
	"net/url"

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
	sent     sent
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
	if metricsAsked(lookup) && !job.Apart {
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
	e.provider = sdktrace.NewTracerProvider(sdktrace.WithResource(e.resource), sdktrace.WithBatcher(&quiet{client, &e.sent}))
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

// End sends what is left: of the trace, which ends as r did, and measured as the last metrics; nil
// sends none. Its error is a warning.
func (e *Exporter) End(ctx context.Context, r metrics.Run, measured *metrics.Run) error {
	var errs []error
	if e.provider != nil {
		e.endRun(&r)
		errs = append(errs, bare(e.provider.Shutdown(ctx)), bare(e.sent.err()))
	}
	if e.metrics != nil {
		errs = append(errs, bare(e.metrics.end(ctx, measured)))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("send to OpenTelemetry: %w", err)
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
