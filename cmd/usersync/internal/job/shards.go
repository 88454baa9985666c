package job

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/run"
	"usersync/sync/user"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// sendShard sends a shard of a run. If it is the last one to end, it merges the run, and
// reports that.
func (s *sender) sendShard(ctx context.Context, shard *run.Shard, found *advice.Result) error {
	if merged, is := shard.Merged(); is {
		return s.mergedAlready(merged)
	}
	var summary report.Summary
	if !shard.Ended() {
		s.showMetrics()
		var stopped error
		if summary, stopped = s.run.Send(ctx); stopped != nil {
			if err := s.lost(stopped); err != nil {
				return err
			}
			return s.end(&summary, stopped, found)
		}
		summary.Finish(s.Now())
	}
	last, err := shard.End(ctx, &summary)
	if err != nil {
		return s.afterDone(err)
	}
	if part := s.config.Shards.Shard; !last {
		s.terminal.Log.Always("shard "+part.String()+" is done; the last one to end merges the run", zap.String("run_id", s.config.Shards.RunID))
		return nil
	}
	return s.merge(ctx, found)
}

// Merge ends the run in shards that the command line names, which cannot be continued.
func (p *Process) Merge(ctx context.Context, c *config.Config, found *advice.Result) error {
	s := &sender{Process: p, config: c, options: run.Options{Files: c.Invocation.Files}}
	err := inOrder(
		func() error { return s.prepare(ctx) },
		func() error { return s.beginMerge(ctx) },
		func() error { return s.merge(ctx, found) },
	)
	err = s.conclude(ctx, err)
	if s.summary != nil { // otherwise the run has not ended
		s.tell(ctx, err, *found)
	}
	return err
}

func (s *sender) beginMerge(ctx context.Context) (err error) {
	s.run, err = s.prepared.BeginMerge(ctx, s.config.Invocation.Run)
	return err
}

func (s *sender) merge(ctx context.Context, found *advice.Result) error {
	merged, summary, err := s.run.Shard().Merge(ctx)
	if merged == nil {
		if err != nil {
			return s.afterDone(err)
		}
		if s.run.Shard().EndedAgain() { // the process that merged it has told no one
			s.summary = &summary
			writeReport(s.terminal, s.config.Output.RunsDir, summary)
		}
		return s.mergedAlready(summary)
	}
	s.shard, s.run = s.run, merged
	if err := s.lost(err); err != nil {
		return err
	}
	if !merged.Facts().Shard { // what follows is not about a shard
		s.config.Invocation = s.config.Invocation.Without(config.ShardFlag, config.RunIDFlag)
	}
	if err != nil {
		err = s.afterDone(err)
	}
	if err := s.end(&summary, err, found); err != nil {
		return err
	}
	merged.Expire(ctx)
	return nil
}

// end finishes what s.run is, with a summary, unless this process turns out to have lost it.
func (s *sender) end(summary *report.Summary, err error, found *advice.Result) error {
	err = s.finish(s.config, s.terminal, s.run, summary, err, found)
	if lost := s.lost(err); lost != nil {
		return lost
	}
	s.summary = summary
	return err
}

// mergedAlready ends as the run did that another process has merged: a repeated command must
// not look like a good run.
func (s *sender) mergedAlready(summary report.Summary) error {
	s.another = s.summary == nil
	if summary.State == "" {
		s.terminal.Log.Always("run " + summary.Run + " is merged already; nothing was sent; how it ended is not known here, because its summary is not in " + s.config.Output.RunsDir)
		return nil
	}
	if summary.ExitCode == exit.OK {
		s.terminal.Log.Always("run " + summary.Run + " is merged already; nothing was sent")
		return nil
	}
	return &exit.Error{Err: fmt.Errorf("run %s is merged already, with exit code %d; nothing was sent", summary.Run, summary.ExitCode), Code: summary.ExitCode, Hint: summary.Hint, Next: summary.Next}
}

// lost is the error of a process that was suspended, or cut off from the database, longer than
// its lease, if that is the cause of err: another process may hold the shard by now, and use or have
// removed its files, so that this one has nothing to report.
func (s *sender) lost(err error) error {
	why := s.run.Shard().Lost(err)
	if why == nil {
		return nil
	}
	s.another = true
	return &exit.Error{Err: fmt.Errorf("shard %s: %w", s.config.Shards.Shard, why), Code: exit.Held,
		Hint: "the process that holds the shard continues it; if there is none, start the same command again", Next: s.config.Invocation.Again(s.options.Files...)}
}

// afterDone is an error after the shard was done: the run is not, until a process of any
// shard merges it.
func (s *sender) afterDone(err error) error {
	if err == nil {
		return nil
	}
	if lost := s.lost(err); lost != nil {
		return lost
	}
	full, isFull := errors.AsType[*history.DirError](err)
	if isFull = isFull && rundir.NoRoom(err); isFull {
		err = fmt.Errorf("merge the shards: %w", full.Err) // not that nothing was sent
	}
	_, wrong := errors.AsType[*user.AccountingError](err)
	if wrong || !isFull && advice.ExitCode(err, advice.Result{}) != exit.Internal {
		return err
	}
	return &exit.Error{Err: err, Code: exit.Temporary, Hint: "the users of this shard are settled: the same command merges the run, once the cause is removed",
		Next: s.config.Invocation.Again(s.options.Files...)}
}
