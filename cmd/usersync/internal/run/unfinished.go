package run

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/shards"
	"usersync/sync/ledger"
	"usersync/writer/report"
)

// BeginMerge prepares to merge the run of the given name although shards of it are not done:
// none of them may be at work, and none can continue. Merge it then. Release the run as any.
func (p *Prepared) BeginMerge(ctx context.Context, name string) (*Run, error) {
	b := &beginning{base: p.base}
	var err error
	if b.lease, err = connect.OpenForShards(ctx, b.Config, b.Scope(), b.waiting); err != nil {
		return nil, err
	}
	r := &Run{beginning: b}
	job, run, over, err := b.lease.Ledger.FindJob(ctx, name)
	switch {
	case errors.Is(err, ledger.ErrUnknownRun) || err == nil && run == "":
		err = exit.Usage(fmt.Errorf("merge run %s: the ledger knows no such run that was begun in shards", name), "name it as its messages do, or by its --"+config.RunIDFlag, "usersync merge --help")
	case err == nil && over:
		err = exit.Usage(fmt.Errorf("merge run %s: it is merged already", run), "look at it", exit.CommandLine("verify", filepath.Join(b.Config.Output.RunsDir, run)))
	}
	if err != nil {
		return r, err
	}
	b.Config.Shards = config.Shards{Shard: config.Shard{Index: job.Shards, Count: job.Shards}, RunID: job.Name}
	r.shard = &shard{Part: shards.Part{Shard: b.Config.Shards.Shard}}
	if r.shard.job, err = b.job(); err != nil {
		return r, err
	}
	r.shard.job.Unfinished = true
	return r, nil
}

// readUnended reads what the journals of shards that are not done say.
func (m *merging) readUnended(ctx context.Context) error {
	if !m.shard.job.Unfinished {
		return nil
	}
	known, err := m.lease.Ledger.Runs().Unfinished(ctx)
	if err != nil {
		return err
	}
	for _, run := range known {
		if ledger.MainRun(run.Name) != m.shard.joined.Run || run.Name == m.shard.joined.Run {
			continue
		}
		r, err := history.TakeOver(ctx, m.lease.Ledger, run, m.Config.Ledger.Feed)
		if err != nil {
			return err
		}
		if r == nil || !r.Journal.Begun {
			continue
		}
		if err := r.Unfinished().Advance(ctx, m.lease.Ledger); err != nil {
			return err
		}
		m.unended = append(m.unended, r)
	}
	return nil
}

// mergeUnfinished merges what shards have settled that did not all end.
func (m *merging) mergeUnfinished(ctx context.Context) (*Run, report.Summary, error) {
	why := "it was merged although not all of its shards had ended: users without an outcome are not in the results"
	if m.shard.joined.Last {
		why = "it was ended before it had deleted all users that are missing from its input: those are not in the results"
	}
	return m.merge(ctx, nil, &exit.Error{
		Err:  errors.New(why),
		Code: exit.Temporary, Hint: "a new run sends what is missing; users whose calls had no answer count as uncertain",
		Next: m.Config.Invocation.Without(config.ShardFlag, config.RunIDFlag).Command("run", m.Paths...),
	})
}
