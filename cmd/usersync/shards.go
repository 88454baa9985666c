package main

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/user"
	"usersync/writer/report"
)

// sendShard sends a shard of a run. If it is the last one to end, it merges the run, and
// reports that.
func (s *sender) sendShard(ctx context.Context, found *advice.Result) error {
	var summary report.Summary
	if !s.run.Ended() {
		s.showMetrics()
		var stopped error
		if summary, stopped = s.run.Send(ctx); stopped != nil {
			s.summary = &summary
			return s.finish(s.config, s.terminal, s.run, &summary, stopped, found)
		}
		summary.Finish(s.now())
	}
	last, err := s.run.EndShard(ctx, &summary)
	if err != nil {
		return s.afterDone(err)
	}
	if shard := s.config.Shards.Shard; !last {
		s.terminal.Log.Always("shard "+shard.String()+" is done; the last one to end merges the run", zap.String("run_id", s.config.Shards.RunID))
		return nil
	}
	return s.merge(ctx, found)
}

func (s *sender) merge(ctx context.Context, found *advice.Result) error {
	merged, summary, err := s.run.Merge(ctx)
	if merged == nil {
		if err == nil && summary.ExitCode != exit.OK {
			err = &exit.Error{Err: fmt.Errorf("run %s is merged already, with exit code %d", summary.Run, summary.ExitCode), Code: summary.ExitCode, Hint: summary.Hint, Next: summary.Next}
			return err
		}
		return s.afterDone(err)
	}
	s.shard, s.run, s.summary = s.run, merged, &summary
	if merged.Whole() { // what follows is not about a shard
		s.config.Invocation = s.config.Invocation.Without(config.ShardFlag, config.RunIDFlag)
	}
	if err != nil {
		err = s.afterDone(err)
	}
	if err := s.finish(s.config, s.terminal, merged, &summary, err, found); err != nil {
		return err
	}
	merged.Expire(ctx)
	return nil
}

// afterDone is an error after the shard was done: the run is not, until a process of any
// shard merges it.
func (s *sender) afterDone(err error) error {
	if err == nil {
		return nil
	}
	_, wrong := errors.AsType[*user.AccountingError](err)
	if wrong || advice.ExitCode(err, advice.Result{}) != exit.Internal {
		return err
	}
	return &exit.Error{Err: err, Code: exit.Temporary, Hint: "the users of this shard are settled: the same command merges the run, once the cause is removed",
		Next: s.config.Invocation.Again(s.options.Files...)}
}
