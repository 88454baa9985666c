//go:build !otlp

package otlp

import (
	"context"

	"usersync/cmd/usersync/internal/metrics"
	"usersync/sync/telemetry"
)

// Exporter sends nothing.
type Exporter struct{}

// Start returns ErrAbsent.
func Start(context.Context, Lookup, Job) (*Exporter, error) { return nil, ErrAbsent }

// Called does nothing.
func (*Exporter) Called(*telemetry.Call) {}

// Waited does nothing.
func (*Exporter) Waited(telemetry.Spent) {}

// Watch does nothing.
func (*Exporter) Watch(func() metrics.Run) {}

// End does nothing.
func (*Exporter) End(context.Context, metrics.Run, *metrics.Run) error { return nil }
