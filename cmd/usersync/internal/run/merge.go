package run

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/output"
	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/shards"
	"usersync/sync/checkpoint"
	"usersync/sync/pseudonym"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// merging makes one run of what its shards have settled.
type merging struct {
	*beginning
	temporary string         // the runs directory in which the run is made before it is moved
	results   *shards.Join   // nil before open
	unended   []*history.Run // shards that are not done, if the run is merged all the same
}

// Merge makes the files of the run from those of its shards, all of which are done, and
// returns it with its summary: finish it as any other. Nil means that another process has
// merged it, which the summary is of. Release the shard and what is returned.
func (s *Shard) Merge(ctx context.Context) (*Run, report.Summary, error) {
	b := &beginning{base: s.run.base, lease: s.run.lease, shard: s.run.shard}
	b.shard.Index = b.shard.Count
	if err := b.join(ctx, b.shard.Index); err != nil {
		return nil, report.Summary{}, err
	}
	if b.shard.joined.Merged {
		return nil, b.summaryOf(b.shard.joined.Run), nil
	}
	if err := b.checkShared(); err != nil {
		return nil, report.Summary{}, err
	}
	m := &merging{beginning: b}
	defer func() { m.results.Close() }()
	if b.shard.joined.Last && m.Config.Target.Mode != config.Mirror {
		b.shard.job.Unfinished = false
	}
	if sum, moved := m.moved(); moved {
		err := m.endAgain(ctx)
		b.shard.endedAgain = err == nil
		return nil, sum, err
	}
	if err := m.ask(ctx); err != nil {
		return nil, report.Summary{}, err
	}
	if b.shard.job.Unfinished {
		return m.mergeUnfinished(ctx)
	}
	if err := m.checkTotals(); err != nil {
		return nil, report.Summary{}, err
	}
	mirrored, sum, err := m.mirror(ctx)
	if err != nil {
		return mirrored, sum, err
	}
	return m.merge(ctx, mirrored, nil)
}

// merge merges what was settled. The run has ended with the error why.
func (m *merging) merge(ctx context.Context, mirrored *Run, why error) (*Run, report.Summary, error) {
	b := m.beginning
	b.options.Log.Always("merging the shards of run " + b.shard.joined.Run)
	files, err := m.open(ctx)
	if err != nil {
		return nil, report.Summary{}, err
	}
	merged := newRun(b, &start{files: files, stop: func() {}, read: checkpoint.NewDigest()})
	merged.merged = m
	m.copyLogs(merged)
	noted := m.shard.told.Noted
	noted.Fields = nil // reading the input finds them again
	if mirrored != nil {
		merged.measured = mirrored.measured
	}
	merged.checkpointer = checkpoint.New(checkpoint.Options{Run: files.Run(), Journal: files.Journal(), Results: files.Durable(), Rejects: files.Rejects(),
		Input: merged.at.read, Noted: noted, Start: b.options.Now(), Now: b.options.Now})
	records := m.Records(ctx, nil, 0).Until(ctx).Batches(preview.RecordsAtOnce)
	merged.counts, err = m.results.Write(ctx, records, files.Journal(), files.Writer(merged.checkpointer))
	unsettled := 0
	if err == nil {
		unsettled, err = merged.counts.SettledUpTo-merged.counts.Written, merged.unchanged()
	}
	err = errors.Join(err, merged.checkpointer.Finish(err, err == nil, false))
	if err == nil && why == nil {
		err = merged.keepRules(ctx)
	}
	merged.complete = err == nil
	err = cmp.Or(err, why)
	merged.nowParked = m.shard.told.NowParked
	s, err := merged.finish(exit.WithSignal(ctx, err))
	merged.complete = merged.complete && !files.Incomplete()
	s.Unsettled = unsettled
	m.shard.told.AddTo(&s)
	return merged, s, err
}

// open opens the input again, the results of the shards, and the files of the run.
func (m *merging) open(ctx context.Context) (files *output.Files, err error) {
	if err := m.reopen(ctx); err != nil {
		return nil, err
	}
	ids, _ := pseudonym.ParseKey(m.pseudonymKey())
	if m.results, err = shards.Open(ctx, m.shard.Part, m.others(), m.shard.joined.Run, ids); err != nil {
		return nil, err
	}
	if err := m.readUnended(ctx); err != nil {
		return nil, err
	}
	if m.shard.job.Unfinished {
		m.results.AddUnended(m.unended)
	}
	return m.create(ctx)
}

// pseudonymKey is the key of what replaces ids in results; empty if nothing does. It is that of
// all shards.
func (m *merging) pseudonymKey() string {
	if !m.Config.Output.RedactIDs {
		return ""
	}
	return preview.PseudonymKey(m.lease.Ledger)
}

// create creates the files of the run where no one looks yet.
func (m *merging) create(ctx context.Context) (files *output.Files, err error) {
	if m.temporary, err = os.MkdirTemp(m.shardDir(m.shard.joined.Run), "merge-"); err != nil {
		return nil, &history.DirError{Err: err}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(m.temporary))
		}
	}()
	h := m.header()
	h.Run = m.shard.joined.Run
	known, err := m.lease.Ledger.Runs().Find(ctx, h.Run)
	if err != nil {
		return nil, err
	}
	h.Order, h.Started, h.Synced = known[h.Run].Order, known[h.Run].Started, false
	h.PseudonymKey = m.pseudonymKey()
	spec := m.outputSpec(h, nil)
	spec.RunsDir, spec.Part = m.temporary, output.Part{Name: h.Run, Shown: filepath.Join(m.Config.Output.RunsDir, h.Run)}
	if files, err = output.Create(spec, m.started, func(string) error { return nil }); err != nil {
		return nil, err
	}
	if err := files.Begin(h); err != nil {
		return nil, errors.Join(&history.DirError{Err: err}, files.Release())
	}
	return files, nil
}

// close moves the directory of the run to its place, and ends the run.
func (m *merging) close(ctx context.Context) error {
	if err := m.lease.Check(); err != nil { // another process may have put it there
		return err
	}
	if err := rundir.Move(m.temporary, m.Config.Output.RunsDir, m.shard.joined.Run); err != nil {
		return err
	}
	return m.end(ctx)
}

// moved returns the summary of a run that is in its place, though the process that moved it
// there did not end it.
func (m *merging) moved() (s report.Summary, is bool) {
	s = m.summaryOf(m.shard.joined.Run)
	return s, s.State != ""
}

// summaryOf returns the summary of a run that was merged. It has no state if it cannot be read here.
func (b *base) summaryOf(run string) report.Summary {
	none := report.Summary{Run: run}
	dir, err := rundir.Open(b.Config.Output.RunsDir, run)
	if err != nil {
		return none
	}
	defer dir.Close() // it was only read
	s, err := history.Summary(dir)
	if err != nil || s == nil {
		return none
	}
	return *s
}

// endAgain ends a run that another process has moved to its place.
func (m *merging) endAgain(ctx context.Context) error {
	if err := m.readUnended(ctx); err != nil {
		return err
	}
	return m.end(ctx)
}

// end ends the run, and removes what only the shards needed.
func (m *merging) end(ctx context.Context) error {
	run := m.shard.joined.Run
	if m.options.Publish != nil && !m.shard.job.Unfinished {
		if err := m.options.Publish(ctx, m.Config.Output.RunsDir, run); err != nil {
			return err
		}
	}
	for _, r := range m.unended {
		if err := r.Absorb(ctx, m.lease.Ledger, run); err != nil {
			return err
		}
	}
	if err := m.others().Merged(ctx, run); err != nil {
		return err
	}
	m.forgetStored(ctx, m.lease.Ledger)
	if err := os.RemoveAll(m.shardDir(run)); err != nil {
		m.options.Log.Warn("files that only the shards needed could not be removed", zap.Error(err))
	}
	return nil
}

// copyLogs copies what the shards have logged of their calls into the merged run, as far as the
// runs directory is the one of all of them. A shard that was continued has several logs. No run
// depends on it.
func (m *merging) copyLogs(to *Run) {
	run := m.shard.joined.Run
	root, err := os.OpenRoot(m.shardDir(run))
	if err == nil {
		err = errors.Join(to.log.AddAll(root.FS(), "*/"+run+".*"), root.Close())
	}
	if err != nil {
		m.options.Log.Warn("some of the calls that the shards have logged are missing", zap.Error(err))
	}
}
