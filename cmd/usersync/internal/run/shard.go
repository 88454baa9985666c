package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/input"
	"usersync/cmd/usersync/internal/output"
	"usersync/cmd/usersync/internal/preview"
	"usersync/reader"
	"usersync/sync/engine"
	"usersync/sync/identity"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer/rundir"
)

// shard is the part of a run that this process makes.
type shard struct {
	config.Shard
	job    ledger.Job
	joined ledger.Joined
	others others
	// deletes are the first users that shards have tried to delete.
	deletes engine.Deletes
	told    told   // by all others, for what comes after them
	runs    string // the runs directory of this attempt, with what no other process needs
	// endedAgain says that this process has ended a run that another one had merged.
	endedAgain bool
}

// name is what the ledger calls the shard.
func (s *shard) name() string { return ledger.ShardName(s.joined.Run, s.Index) }

// takes reports whether the shard settles a record: rows whose ids look alike are in one
// shard, and so are all rows of a user.
func (s *shard) takes(r *user.Record) bool { return s.indexOf(r) == s.Index }

// indexOf is the shard that settles a record.
func (s *shard) indexOf(r *user.Record) int {
	if r.User.ID == "" {
		return r.Origin.Record % s.Count
	}
	hash := fnv.New64a()
	hash.Write([]byte(identity.Fold(r.User.ID))) // never fails
	return int(hash.Sum64() % uint64(s.Count))
}

// of passes all records on, and says of which another shard settles.
func (s *shard) of(records iter.Seq2[*user.Record, error]) reader.Records {
	return func(yield func(*user.Record, error) bool) {
		for r, err := range records {
			if err == nil && !s.takes(r) {
				r.Origin.Elsewhere = true
				r.User.Attributes = nil // no one needs them here
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// closing reports whether it is what comes after all shards, and takes no record: it deletes
// the users that a mirror misses, and merges.
func (s *shard) closing() bool { return s.Index == s.Count }

// window is how many records are in memory: those of other shards need no call. A journal
// bounds how many there may be after a checkpoint.
func (s *shard) window() int {
	const normal, most = 16384, 40960
	if s == nil {
		return 0
	}
	return min(normal*s.Count, most)
}

// checkShards refuses settings that shards cannot have. Nothing was sent.
func checkShards(c *config.Config, paths []string) error {
	s := c.Shards
	refuse := func(what, hint string) error {
		return exit.Usage(fmt.Errorf("check shard %s: %s; nothing was sent", s.Shard, what), hint, "usersync run --help")
	}
	switch {
	case !s.Split():
		return nil
	case c.Target.Sandbox:
		return refuse("the built-in sandbox ends with this process, and shards are several", "start one with usersync sandbox, and give its address with --base-url")
	case !c.Ledger.Shared():
		return refuse("shards need a ledger that all of them can reach", "set --ledger to postgres://...")
	case s.RunID == "":
		return refuse("nothing says which processes make one run", "give all of them the same --"+config.RunIDFlag+", which no other run has")
	case !input.Repeatable(paths):
		return refuse("each shard reads the whole input, and this input can be read only once", "write it to a file first")
	case c.Guards.Canary > 0, c.Guards.Renames > 0:
		return refuse("--canary and --renames are for a run without shards", "leave them out, or --shard")
	}
	return nil
}

// theInput is the version of the input, of what all shards must agree on.
const theInput = "the input"

// job is the run that this process wants to join, with what all shards must agree on.
func (b *base) job() (ledger.Job, error) {
	c := b.Config
	versions, err := json.Marshal(b.Versions())
	return ledger.Job{Name: c.Shards.RunID, Shards: c.Shards.Count, Identity: map[string]string{
		theInput: string(versions), "the number of shards": strconv.Itoa(c.Shards.Count), "the feed": c.Ledger.Feed,
		"the settings": c.RunDigest() + c.FeedDigest(), "the mapping of columns": c.MappingDigest(), "the format of results": c.Output.ResultsFormat,
	}}, err
}

// startShard joins the run, or starts it, and finds out where the shard starts; nil if it is
// done already. Release it even if there is an error.
func (b *beginning) startShard(ctx context.Context) (at *start, err error) {
	b.shard = &shard{Shard: b.Config.Shards.Shard}
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

func (b *beginning) join(ctx context.Context, index int) (err error) {
	b.shard.joined, err = b.lease.Join(ctx, b.shard.job, index, b.Config.Ledger.LockTimeout)
	if other, ok := errors.AsType[*ledger.JobError](err); ok {
		return exit.Usage(exit.NothingSent(other), "give all shards of a run the same input and settings, and another run another --"+config.RunIDFlag, "")
	}
	if over, ok := errors.AsType[*ledger.OverError](err); ok {
		return exit.Usage(exit.NothingSent(over), "no shard continues it; a new run, with another --"+config.RunIDFlag+", sends what is still missing", "")
	}
	if err == nil || b.shard.closing() { // it may have sent its own shard
		return err
	}
	return exit.NothingSent(err)
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
	b.removeShards(ctx)
	b.options.Log.Always("starting run "+run+" in shards", zap.String("run_id", b.shard.job.Name), zap.Int("shards", b.shard.Count))
	return b.lease.Ledger.Shards(b.shard.job).Open(ctx, run)
}

// shardDir is the directory of what the shards of a run write before it is merged.
func (b *base) shardDir(run string) string {
	return filepath.Join(b.Config.Output.RunsDir, ".shards", run)
}

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
	r, err := b.restore(ctx)
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

// restore brings back the files of the shard; nil if it did nothing yet.
func (b *beginning) restore(ctx context.Context) (*history.Run, error) {
	dir, err := rundir.CreateNamed(b.shard.runs, b.shard.name(), "")
	if err != nil {
		return nil, err
	}
	f, err := dir.Append(rundir.JournalName)
	if err == nil {
		_, err = b.copyStored(ctx, history.StoredJournal, f)
	}
	if err = errors.Join(err, dir.Close()); err != nil {
		return nil, err
	}
	r, err := history.Read(b.shard.runs, b.shard.name())
	if err != nil || !r.Journal.Begun {
		return nil, errors.Join(err, os.RemoveAll(filepath.Join(b.shard.runs, b.shard.name())))
	}
	for name, stored := range map[string]string{"results.jsonl": history.StoredResults, "rejects." + b.Input.Layout().Format: ""} {
		f, err := os.OpenFile(filepath.Join(r.Path(), name+".partial"), os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
		if err != nil {
			return nil, err
		}
		if stored == "" {
			err = f.Close()
		} else {
			_, err = b.copyStored(ctx, stored, f)
		}
		if err != nil {
			return nil, err
		}
	}
	return r, nil
}

// copyStored copies a file of the shard from the ledger, and closes the copy.
func (b *beginning) copyStored(ctx context.Context, name string, to *os.File) (int64, error) {
	from, err := b.lease.Ledger.Shards(b.shard.job).File(ctx, b.shard.joined.Run, b.shard.Index, name)
	if err != nil {
		return 0, errors.Join(err, to.Close())
	}
	n, err := io.Copy(to, from)
	return n, errors.Join(err, to.Close())
}

// input are the records of the input, and which of them are this shard's.
func (b *beginning) input(ctx context.Context, written int) reader.Records {
	if b.shard != nil { // the engine looks no record up that is not its own
		written = math.MaxInt
	}
	records := b.Records(ctx, b.presence, written)
	if b.shard == nil {
		return records
	}
	// Each shard counts the deletes of the whole input.
	limited := b.LimitDeletes(ctx, iter.Seq2[*user.Record, error](records), preview.Deletes{Ledger: b.lease.Ledger, Protected: b.protected})
	return b.shard.of(limited)
}

// part says what is different about the files of a shard.
func (s *shard) part(spec output.Spec) output.Spec {
	if s == nil {
		return spec
	}
	spec.Part = output.Part{Name: s.name(), Shard: true}
	spec.RunsDir, spec.ResultsFormat = s.runs, "jsonl"
	return spec
}

// uncounted is how many records up to a checkpoint other shards settle.
func uncounted(m *journal.Checkpoint, written int) int {
	if m.Outcomes == nil { // the checkpoint is the ledger's, which has no counts
		return m.Record - written
	}
	return m.Outcomes[user.Elsewhere]
}
