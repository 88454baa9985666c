package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/output"
	"usersync/cmd/usersync/internal/preview"
	"usersync/sync/checkpoint"
	"usersync/sync/engine"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// Sharded reports whether the run is made in shards.
func (r *Run) Sharded() bool { return r.shard != nil }

// Ended reports whether the shard was done before this process began.
func (r *Run) Ended() bool { return r.shard != nil && r.shard.joined.Done }

// EndShard records that the shard is done: each of its records has an outcome. It reports
// whether all shards are, so that this process merges them.
func (r *Run) EndShard(ctx context.Context, s *report.Summary) (last bool, err error) {
	ctx = context.WithoutCancel(ctx)
	if r.Ended() {
		return r.shard.joined.Last && !r.shard.joined.Merged, nil
	}
	// The journal gets no end: until the shard is done, its next process may have to continue it.
	if err := r.tellLast(ctx, s); err != nil {
		return false, err
	}
	return r.lease.Ledger.Shards(r.shard.job).Done(ctx)
}

// merging makes one run of what its shards have settled.
type merging struct {
	*beginning
	temporary string // the runs directory in which the run is made before it is moved
	told      told
	results   []func() (writer.Result, error, bool) // of each shard, in its order
	stops     []func()
}

// Merge makes the files of the run from those of its shards, all of which are done, and
// returns it with its summary: finish it as any other. Nil means that another process has
// merged it, which the summary is of, if it is known. Release r, and not what is returned.
func (r *Run) Merge(ctx context.Context) (*Run, report.Summary, error) {
	b := &beginning{base: r.base, lease: r.lease, shard: r.shard}
	if err := b.join(ctx, b.shard.Count); err != nil || b.shard.joined.Merged {
		return nil, report.Summary{}, err
	}
	m := &merging{beginning: b}
	defer m.stop()
	if s, moved := m.moved(); moved {
		return nil, s, m.end(ctx)
	}
	r.options.Log.Always("merging the shards of run " + b.shard.joined.Run)
	files, err := m.open(ctx)
	if err != nil {
		return nil, report.Summary{}, err
	}
	merged := newRun(b, &start{files: files, stop: func() {}, read: checkpoint.NewDigest()})
	merged.merged = m
	merged.checkpointer = checkpoint.New(checkpoint.Options{Run: files.Run(), Journal: files.Journal(), Results: files.Durable(), Rejects: files.Rejects(),
		Input: merged.at.read, Noted: m.told.Noted, Start: r.options.Now(), Now: r.options.Now})
	merged.counts, err = m.write(ctx, files.Journal(), files.Writer(merged.checkpointer))
	if err == nil {
		err = merged.Input.Unchanged()
	}
	err = errors.Join(err, merged.checkpointer.Finish(err, err == nil, false))
	if err == nil {
		err = merged.keepRules(ctx)
	}
	merged.nowParked = m.told.NowParked
	s, err := merged.finish(exit.WithSignal(ctx, err))
	m.told.addTo(&s)
	return merged, s, err
}

// open opens the input again, the results of the shards, and the files of the run.
func (m *merging) open(ctx context.Context) (files *output.Files, err error) {
	if err := m.Reopen(ctx); err != nil {
		return nil, err
	}
	if m.told, err = m.told.ask(ctx, m.lease.Ledger.Shards(m.shard.job)); err != nil {
		return nil, err
	}
	for i := range m.shard.Count {
		file, err := m.lease.Ledger.Shards(m.shard.job).File(ctx, m.shard.joined.Run, i, output.StoredResults)
		if err != nil {
			return nil, err
		}
		next, stop := iter.Pull2(writer.ReadResults(file, fmt.Sprintf("the results of shard %d", i), writer.FormatJSONL))
		m.stops = append(m.stops, stop)
		m.results = append(m.results, next)
	}
	return m.create(ctx)
}

func (m *merging) stop() {
	for _, stop := range m.stops {
		stop()
	}
}

// create creates the files of the run where no one looks yet.
func (m *merging) create(ctx context.Context) (files *output.Files, err error) {
	if m.temporary, err = os.MkdirTemp(m.shardDir(m.shard.joined.Run), "merge-"); err != nil {
		return nil, &history.DirError{Err: err}
	}
	h := m.header()
	h.Run = m.shard.joined.Run
	known, err := m.lease.Ledger.Runs().Find(ctx, h.Run)
	if err != nil {
		return nil, err
	}
	h.Order, h.Started, h.Synced = known[h.Run].Order, known[h.Run].Started, false
	if m.Config.Output.RedactIDs {
		h.PseudonymKey = preview.PseudonymKey(m.lease.Ledger)
	}
	spec := m.outputSpec(h, nil)
	spec.RunsDir, spec.Part = m.temporary, output.Part{Name: h.Run, Shown: filepath.Join(m.Config.Output.RunsDir, h.Run)}
	if files, err = output.Create(spec, m.started, func(string) error { return nil }); err != nil {
		return nil, err
	}
	if err := files.Begin(h); err != nil {
		return nil, &history.DirError{Err: err}
	}
	return files, nil
}

// write writes the outcome of each record of the input, in its order.
func (m *merging) write(ctx context.Context, j *journal.Journal, to writer.Writer) (engine.Summary, error) {
	counts := engine.Summary{Outcomes: map[user.Status]int{}}
	for records, err := range m.Records(ctx, nil, 0).Until(ctx).Batches(preview.RecordsAtOnce) {
		if err == nil {
			err = m.writeSome(records, j, to, &counts)
		}
		if err != nil {
			return counts, err
		}
	}
	if ctx.Err() != nil {
		return counts, context.Cause(ctx)
	}
	for i, next := range m.results {
		if left, err, more := next(); more {
			return counts, errors.Join(err, &user.AccountingError{What: fmt.Sprintf("shard %d has an outcome of record %d, and the input has %d", i, left.Record, counts.Read)})
		}
	}
	counts.Finished = true
	return counts, nil
}

// writeSome writes the outcomes of records, first those of calls to the journal, as in any run.
func (m *merging) writeSome(records []*user.Record, j *journal.Journal, to writer.Writer, counts *engine.Summary) error {
	var all, called []user.Outcome
	for _, r := range records {
		counts.Read++
		o, err := m.outcome(r)
		if err != nil {
			return err
		}
		if all = append(all, o); o.Attempts > 0 {
			called = append(called, o)
		}
	}
	if err := j.Settled(called); err != nil {
		return err
	}
	for i := range all {
		if err := to.Write(all[i]); err != nil {
			return err
		}
		counts.Outcomes[all[i].Status]++
		counts.Written++
		counts.SettledUpTo = all[i].Record.Origin.Record
	}
	return nil
}

// outcome returns the outcome of a record, from the shard that has settled it.
func (m *merging) outcome(r *user.Record) (user.Outcome, error) {
	i := m.shard.indexOf(r)
	result, err, more := m.results[i]()
	if err == nil && !more || err == nil && result.Record != r.Origin.Record {
		err = &user.AccountingError{What: fmt.Sprintf("record %d has no outcome in shard %d", r.Origin.Record, i)}
	}
	if err != nil {
		return user.Outcome{}, err
	}
	o, same := result.For(r)
	if !same && r.Err == nil {
		return o, &checkpoint.InputChangedError{Record: r.Origin.Record}
	}
	return o, nil
}

// close moves the directory of the run to its place, and ends the run.
func (m *merging) close(ctx context.Context) error {
	if err := rundir.Move(m.temporary, m.Config.Output.RunsDir, m.shard.joined.Run); err != nil {
		return err
	}
	return m.end(ctx)
}

// moved returns the summary of a run that is in its place, though the process that moved it
// there did not end it.
func (m *merging) moved() (s report.Summary, is bool) {
	text, err := os.ReadFile(filepath.Join(m.Config.Output.RunsDir, m.shard.joined.Run, history.SummaryName))
	return s, err == nil && json.Unmarshal(text, &s) == nil
}

// end ends the run, and removes what only the shards needed.
func (m *merging) end(ctx context.Context) error {
	run := m.shard.joined.Run
	if err := m.lease.Ledger.Shards(m.shard.job).Merged(ctx, run); err != nil {
		return err
	}
	m.forgetStored(ctx, m.lease.Ledger)
	if err := os.RemoveAll(m.shardDir(run)); err != nil {
		m.options.Log.Warn("files that only the shards needed could not be removed", zap.Error(err))
	}
	return nil
}
