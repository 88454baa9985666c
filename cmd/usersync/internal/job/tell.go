package job

import (
	"context"
	"errors"
	"strings"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/metrics"
	"usersync/cmd/usersync/internal/notify"
	"usersync/cmd/usersync/internal/pod"
	"usersync/cmd/usersync/internal/run"
	"usersync/sync/destination/parallel"
	"usersync/sync/ledger"
)

// tell tells monitoring and the team how a run ended, if the settings ask for it. The rejects
// of another run say nothing about how the job is. What fails here is a warning. All are told at the
// same time: one that does not answer takes no time from the others.
func (s *sender) tell(ctx context.Context, err error, found advice.Result) {
	err = exit.WithSignal(ctx, err)
	code := advice.ExitCode(err, found)
	ctx, end := exit.Afterwards(ctx, s.Wire, s.config.Pace.GracePeriod)
	defer end()
	if s.summary != nil {
		s.Ran(pod.RunOf(s.config.Target.To, s.summary))
	}
	doneShard := err == nil && s.summary == nil && s.config.Shards.Split() // the run is not over
	ofJob := s.options.Retried.Run == "" && !doneShard
	var measured *metrics.Run
	if ofJob && !s.ofAnother(err) {
		run := s.ended(code)
		measured = &run
		s.writeMetrics(run) // a program that is told may read the file
	}
	all, _ := parallel.New(ctx)
	all.Go(func() error { s.endTrace(ctx, code, measured); return nil })
	if measured != nil {
		all.Go(func() error { s.pushMetrics(ctx, *measured); return nil })
	}
	if ofJob {
		all.Go(func() error { s.notify(ctx, err, code); return nil })
	}
	_ = all.Wait() // what fails is a warning
}

// ofAnother reports whether the run is another process's by now, which continues it or has ended
// it: its metrics are the true ones.
func (s *sender) ofAnother(err error) bool {
	_, over := errors.AsType[*ledger.OverError](err)
	_, held := errors.AsType[*run.HeldShardError](err)
	return s.another || held || over && s.config.Shards.Split()
}

// TellUnread tells monitoring and the team of settings that make no run, as far as these say
// where: a job that is told nothing stays silent night after night. c is nil if the config could
// not be read at all.
func (p *Process) TellUnread(ctx context.Context, c *config.Config, err error) {
	if c == nil || c.Output.RunsDir == "" || len(c.Target.All) == 0 {
		return
	}
	own := *p
	own.several = len(c.Target.All) > 1
	for _, to := range c.Target.All {
		one := *c
		one.Target.To = to
		(&sender{Process: &own, config: &one}).tell(ctx, err, advice.Result{})
	}
}

func (s *sender) notify(ctx context.Context, err error, code int) {
	e := notify.Ended{ExitCode: code, Summary: s.summary, At: s.Now(), Shard: s.shardOf()}
	if err != nil {
		e.Error = strings.ReplaceAll(err.Error(), "\n", "; ")
	}
	if t, ok := advice.Printed(err); ok {
		e.Next = t.Next
	}
	if s.run != nil {
		e.Dir = s.run.Facts().Dir
	}
	if failed := notify.New(s.config).Run(ctx, e); failed != nil && s.terminal != nil {
		s.terminal.Log.Warn("the notification of how the run ended may not have arrived", zap.Error(failed))
	}
}

// shardOf is the run of which this process is a shard, if it has stopped: others may stop for the
// same reason. It is empty for any other run, and for a merged one.
func (s *sender) shardOf() string {
	if s.summary == nil || s.run == nil || !s.run.Facts().Shard {
		return ""
	}
	return ledger.MainRun(s.summary.Run)
}
