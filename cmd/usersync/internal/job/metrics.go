package job

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/metrics"
)

// pushWithin is how long a Pushgateway may take.
const pushWithin = 10 * time.Second

// showMetrics shows and sends the metrics of a run while it lasts, if the settings or the
// variables OTEL_* ask for it. What fails there is a warning.
func (s *sender) showMetrics() {
	job, of := s.metricsRun(), s.run
	now := func() metrics.Run {
		now, so := job, of.SoFar()
		now.Summary = &so
		return now
	}
	if s.traced != nil {
		s.traced.Watch(now)
	}
	if s.config.Metrics.Listen == "" {
		return
	}
	if err := s.Metrics.Add(s.config.Metrics.Listen, now); err != nil {
		s.terminal.Log.Warn("the metrics of the run cannot be shown", zap.Error(err))
	}
}

// writeMetrics writes the file of metrics of a run that has ended, if the settings ask for it.
func (s *sender) writeMetrics(run metrics.Run) {
	if s.config.Metrics.File != "" {
		s.warnOfMetrics(metrics.WriteFile(metricsFile(s.config, s.several), run))
	}
}

// pushMetrics pushes the metrics of a run that has ended, if the settings ask for it.
func (s *sender) pushMetrics(ctx context.Context, run metrics.Run) {
	if to := s.config.Metrics.Push; to != "" {
		ctx, cancel := context.WithTimeout(ctx, pushWithin)
		defer cancel()
		s.warnOfMetrics(metrics.Push(ctx, to, run))
	}
}

// warnOfMetrics says that metrics could not be written or pushed, if so.
func (s *sender) warnOfMetrics(err error) {
	if err != nil && s.terminal != nil {
		s.terminal.Log.Warn("the metrics of the run are not complete", zap.Error(err))
	}
}

// ended is how the run ended, as the metrics show it.
func (s *sender) ended(code int) metrics.Run {
	run := s.metricsRun()
	run.Summary, run.Ended, run.ExitCode, run.At = s.summary, true, code, s.Now()
	if s.shardOf() != "" { // its numbers are not those of the run
		run.Summary = nil
	}
	return run
}

func (s *sender) metricsRun() metrics.Run {
	return metrics.Run{Name: s.config.Job(), Destination: measured(s.config), Version: exit.ReadBuild().Version}
}

// measured names the destination in metrics. A run to the sandbox is no success of the job.
func measured(c *config.Config) string {
	if c.Target.Sandbox {
		return c.Target.To + "-sandbox"
	}
	return c.Target.To
}

// metricsFile is the file for this run's metrics. Each of several runs has its own, and so
// has a run to the sandbox.
func metricsFile(c *config.Config, several bool) string {
	path := c.Metrics.File
	if !several && !c.Target.Sandbox {
		return path
	}
	ext := filepath.Ext(path)
	return strings.TrimSuffix(path, ext) + "-" + measured(c) + ext
}
