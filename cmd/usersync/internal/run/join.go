package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/shards"
	"usersync/sync/identity"
	"usersync/sync/ledger"
	"usersync/writer/rundir"
)

// theInput is the version of the input, of what all shards must agree on.
const theInput = "the input"

// theVersion is that of usersync, as far as it says which shard a record belongs to.
const theVersion = "the version of usersync"

// job is the run that this process wants to join, with what all shards must agree on.
func (b *base) job() (ledger.Job, error) {
	c := b.Config
	versions, err := json.Marshal(b.Versions())
	return ledger.Job{Name: c.Shards.RunID, Shards: c.Shards.Count, Identity: map[string]string{
		theInput: string(versions), "the number of shards": strconv.Itoa(c.Shards.Count), "the feed": c.Ledger.Feed,
		"the settings": c.RunDigest() + c.FeedDigest(), "the mapping of columns": c.MappingDigest(), "the format of results": c.Output.ResultsFormat,
		theVersion: strconv.Itoa(identity.FoldVersion),
	}}, err
}

// startShard joins the run, or starts it, and finds out where the shard starts; nil if it is
// done already. Release it even if there is an error.
func (b *beginning) startShard(ctx context.Context) (at *start, err error) {
	b.shard = &shard{Part: shards.Part{Shard: b.Config.Shards.Shard}}
	if b.shard.job, err = b.job(); err != nil {
		return nil, err
	}
	if b.lease, err = connect.OpenForShards(ctx, b.Config, b.Scope(), b.waiting); err != nil {
		return nil, exit.NothingSent(err)
	}
	if err := b.join(ctx, b.shard.Index); err != nil {
		return nil, err
	}
	if b.shard.joined.Starts {
		if err := b.startJob(ctx); err != nil {
			return nil, err
		}
		if err := b.join(ctx, b.shard.Index); err != nil {
			return nil, err
		}
	}
	if b.shard.joined.Done {
		return nil, nil
	}
	if err := b.checkShared(); err != nil {
		return nil, err
	}
	if err := b.compareIDs(ctx); err != nil {
		return nil, err
	}
	return b.continueShard(ctx)
}

// others are the other processes that make the run.
func (b *beginning) others() ledger.Shards { return b.lease.Ledger.Shards(b.shard.job) }

func (b *beginning) join(ctx context.Context, index int) (err error) {
	b.shard.joined, err = b.lease.Join(ctx, b.shard.job, index, b.Config.Ledger.LockTimeout)
	if other, ok := errors.AsType[*ledger.JobError](err); ok {
		return exit.Usage(exit.NothingSent(other), "give all shards of a run the same input and settings, and another run another --"+config.RunIDFlag, "")
	}
	if over, ok := errors.AsType[*ledger.OverError](err); ok {
		return exit.Usage(exit.NothingSent(over), "no shard continues it; a new run, with another --"+config.RunIDFlag+", sends what is still missing", "")
	}
	if held, ok := errors.AsType[*ledger.HeldError](err); ok && held.Holder.Run == b.shard.job.Name {
		err = &HeldShardError{Holder: held.Holder}
	}
	if err == nil || b.shard.Closing() { // it may have sent its own shard
		return err
	}
	return exit.NothingSent(err)
}

// HeldShardError says that another process of the same run is at work on what this one wants to do.
type HeldShardError struct{ Holder ledger.Holder }

// Error names the process.
func (e *HeldShardError) Error() string {
	return fmt.Sprintf("join run %q: another process of it, %d on %s, is still at work there", e.Holder.Run, e.Holder.PID, e.Holder.Host)
}

// startJob starts the run, while no other process holds the account: it absorbs runs that did
// not end, and checks the guards that look ahead.
func (b *beginning) startJob(ctx context.Context) error {
	runs, err := b.account().Find(ctx)
	if err != nil {
		return err
	}
	if err := b.lookAhead(ctx, b.lease.Ledger, nil); err != nil {
		return err
	}
	run := rundir.NewID(b.started)
	if err := os.MkdirAll(b.shardDir(run), 0o700); err != nil {
		return &history.DirError{Err: err}
	}
	if _, err := b.register(ctx, run, 0); err != nil {
		return err
	}
	if err := b.account().End(ctx, slices.Concat(runs.Left, runs.Stored), runs, run); err != nil {
		return errors.Join(err, b.withdraw(ctx, run))
	}
	b.removeShards(ctx, b.lease.Ledger)
	b.options.Log.Always("starting run "+run+" in shards", zap.String("run_id", b.shard.job.Name), zap.Int("shards", b.shard.Count))
	return b.others().Open(ctx, run)
}

// shardDir is the directory of what the shards of a run write before it is merged.
func (b *base) shardDir(run string) string { return shards.Dir(b.Config.Output.RunsDir, run) }

// checkShared refuses a runs directory that is not the one of the shard that started the run.
func (b *beginning) checkShared() error {
	dir := b.shardDir(b.shard.joined.Run)
	if history.IsDir(dir) {
		return nil
	}
	if b.Config.Output.Publish != "" { // each process may have a directory of its own
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return &history.DirError{Err: err}
		}
		return nil
	}
	return exit.Usage(exit.NothingSent(fmt.Errorf("check shard %s: the shard that started run %s made %s, and it is not there: the runs directories are not the same", b.shard.Shard, b.shard.joined.Run, dir)),
		"put runs_dir on a volume that all shards share, or give --publish URL", "")
}

// continueShard starts the shard, or continues where the process before has left it.
func (b *beginning) continueShard(ctx context.Context) (at *start, err error) {
	if b.shard.runs, err = os.MkdirTemp(b.shardDir(b.shard.joined.Run), strconv.Itoa(b.shard.Index)+"-"); err != nil {
		return nil, &history.DirError{Err: err}
	}
	stored := shards.Stored{From: b.others(), Run: b.shard.joined.Run, Index: b.shard.Index}
	r, err := stored.Restore(ctx, b.shard.runs, b.Input.Layout().Format)
	if err != nil {
		return nil, exit.NothingSent(err)
	}
	if r == nil {
		return b.startNew(ctx)
	}
	if what := r.Unfinished().ChangedSince(b.header()); what != "" {
		return nil, exit.Usage(exit.NothingSent(fmt.Errorf("continue shard %s of run %s: %s", b.shard.Shard, b.shard.joined.Run, what)), "undo the change", "")
	}
	if err := r.Unfinished().Advance(ctx, b.lease.Ledger); err != nil {
		return nil, err
	}
	if at, err = b.resumeRun(ctx, r); err != nil {
		return at, err
	}
	_, err = b.register(ctx, r.ID, at.Written)
	return at, err
}

// removeShards removes the files of shards of runs that are over. What is left takes room, and no
// more: the next run removes it.
func (b *base) removeShards(ctx context.Context, l *ledger.Ledger) {
	if err := shards.RemoveOver(ctx, l, b.Config.Output.RunsDir); err != nil {
		b.options.Log.Warn("files of shards of runs that are over could not be removed", zap.Error(err))
	}
}
