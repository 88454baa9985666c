package job

import (
	"context"
	"time"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/metrics"
	"usersync/cmd/usersync/internal/otlp"
)

// otlpWithin is how long the end of a run waits for an OpenTelemetry collector.
const otlpWithin = 10 * time.Second

// startTrace begins a trace of the run, if the variables OTEL_* ask for it. What fails
// there is a warning.
func (s *sender) startTrace(ctx context.Context) {
	lookup := otlp.Lookup(s.Environment.Lookup)
	if !otlp.Asked(lookup) {
		return
	}
	job := otlp.Job{Name: s.config.Job(), Destination: s.config.Target.To, Mode: string(s.config.Target.Mode), Version: exit.ReadBuild().Version, Apart: s.options.Retried.Run != ""}
	started, err := otlp.Start(context.WithoutCancel(ctx), lookup, job)
	if err != nil {
		s.terminal.Log.Warn("nothing is sent to OpenTelemetry", zap.Error(err))
		return
	}
	s.traced = started
}

// endTrace sends what is left of the trace, and the metrics of the job; measured is nil if the run says
// nothing about it.
func (s *sender) endTrace(ctx context.Context, code int, measured *metrics.Run) {
	if s.traced == nil {
		return
	}
	run := s.ended(code)
	run.Summary = s.summary
	ctx, cancel := context.WithTimeout(ctx, otlpWithin)
	defer cancel()
	if err := s.traced.End(ctx, run, measured); err != nil {
		s.terminal.Log.Warn("the trace and the metrics of the run are not complete", zap.Error(err))
	}
}
