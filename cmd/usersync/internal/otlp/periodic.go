//go:build otlp

package otlp

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/resource"

	"usersync/cmd/usersync/internal/metrics"
)

// periodic sends metrics while the run lasts and once when it has ended. The SDK's reader
// knows how often, by OTEL_METRIC_EXPORT_INTERVAL and OTEL_METRIC_EXPORT_TIMEOUT.
type periodic struct {
	provider *sdkmetric.MeterProvider
	source   *source
	to       *lastError
}

func newPeriodic(ctx context.Context, about *resource.Resource, version string) (*periodic, error) {
	exporter, err := otlpmetrichttp.New(ctx)
	if err != nil {
		return nil, err
	}
	p := &periodic{source: &source{version: version}, to: &lastError{Exporter: exporter}}
	reader := sdkmetric.NewPeriodicReader(p.to, sdkmetric.WithProducer(p.source))
	p.provider = sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader), sdkmetric.WithResource(about))
	return p, nil
}

func (p *periodic) watch(now func() metrics.Run) { p.source.set(now) }

// end sends the metrics of the run that has ended, unless r is nil. Only this time counts: what could
// not be sent before is in it, too.
func (p *periodic) end(ctx context.Context, r *metrics.Run) error {
	p.source.set(nil)
	if r != nil {
		p.source.set(func() metrics.Run { return *r })
	}
	p.to.forget()
	return errors.Join(p.provider.Shutdown(ctx), p.to.take())
}

// source turns the run into metrics each time that the reader asks. It is safe for concurrent
// use.
type source struct {
	version string
	mu      sync.Mutex
	now     func() metrics.Run // nil before the run has begun
}

func (s *source) set(now func() metrics.Run) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = now
}

// Produce returns the metrics of the run at this moment.
func (s *source) Produce(context.Context) ([]metricdata.ScopeMetrics, error) {
	s.mu.Lock()
	now := s.now
	s.mu.Unlock()
	if now == nil {
		return nil, nil
	}
	r := now()
	families, err := metrics.Gather(r)
	if err != nil {
		return nil, err
	}
	at, began := r.At, r.At
	if !r.Ended {
		at = time.Now()
		began = at
	}
	if r.Summary != nil {
		began = r.Summary.StartedAt
	}
	return []metricdata.ScopeMetrics{{
		Scope:   instrumentation.Scope{Name: "usersync", Version: s.version},
		Metrics: converted(families, began, at),
	}}, nil
}

// lastError keeps the error of the last export: the SDK would print it.
type lastError struct {
	sdkmetric.Exporter
	mu  sync.Mutex
	err error
}

// Export sends metrics, if there are any, and keeps an error.
func (l *lastError) Export(ctx context.Context, m *metricdata.ResourceMetrics) error {
	if len(m.ScopeMetrics) == 0 {
		return nil
	}
	err := l.Exporter.Export(ctx, m)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = err
	return nil
}

func (l *lastError) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = nil
}

func (l *lastError) take() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}
