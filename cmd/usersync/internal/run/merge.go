package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
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

// Whole reports whether the run is not a shard.
func (r *Run) Whole() bool { return r.shard == nil || r.merged != nil }

// Ended reports whether the shard was done before this process began.
func (r *Run) Ended() bool { return r.shard != nil && r.shard.joined.Done }

// Merged reports whether the run was merged before this process began, and returns its summary,
// which has no state if it is not in the runs directory.
func (r *Run) Merged() (s report.Summary, is bool) {
	if !r.Ended() || !r.shard.joined.Merged {
		return s, false
	}
	return r.summaryOf(r.shard.joined.Run), true
}

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
	results   []*shardResults
	unended   []*history.Run // shards that are not done, if the run is merged all the same
	unsettled int
}

// shardResults are the results of a shard, in the order of the input.
type shardResults struct {
	next func() (writer.Result, error, bool)
	stop func()
	held *writer.Result       // read, and not taken yet
	late map[int]user.Settled // what only the journal of a shard that is not done says
}

// take returns the result of a record, if there is one.
func (s *shardResults) take(record int) (result user.Settled, found bool, err error) {
	if s.held == nil {
		r, err, more := s.next()
		if _, cut := errors.AsType[*writer.LineError](err); cut && s.late != nil {
			err, more = nil, false // it was stored in pieces
		}
		if err != nil {
			return result, false, err
		}
		if more {
			s.held = &r
		}
	}
	if s.held != nil && s.held.Record == record {
		result, s.held = s.held.Settled, nil
		return result, true, nil
	}
	result, found = s.late[record]
	return result, found, nil
}

// Merge makes the files of the run from those of its shards, all of which are done, and
// returns it with its summary: finish it as any other. Nil means that another process has
// merged it, which the summary is of. Release r, and not what is returned.
func (r *Run) Merge(ctx context.Context) (*Run, report.Summary, error) {
	b := &beginning{base: r.base, lease: r.lease, shard: r.shard}
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
	defer m.stop()
	if b.shard.joined.Last && m.Config.Target.Mode != config.Mirror {
		b.shard.job.Unfinished = false
	}
	if s, moved := m.moved(); moved {
		return nil, s, m.endAgain(ctx)
	}
	if err := m.ask(ctx); err != nil {
		return nil, report.Summary{}, err
	}
	if b.shard.job.Unfinished {
		return m.mergeUnfinished(ctx)
	}
	mirrored, s, err := m.mirror(ctx)
	if err != nil {
		return mirrored, s, err
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
	if mirrored != nil {
		merged.measured = mirrored.measured
	}
	merged.checkpointer = checkpoint.New(checkpoint.Options{Run: files.Run(), Journal: files.Journal(), Results: files.Durable(), Rejects: files.Rejects(),
		Input: merged.at.read, Noted: m.shard.told.Noted, Start: b.options.Now(), Now: b.options.Now})
	merged.counts, err = m.write(ctx, files.Journal(), files.Writer(merged.checkpointer))
	if err == nil {
		err = merged.unchanged()
	}
	err = errors.Join(err, merged.checkpointer.Finish(err, err == nil, false))
	if err == nil && why == nil {
		err = merged.keepRules(ctx)
	}
	merged.complete = err == nil
	err = cmp.Or(err, why)
	merged.nowParked = m.shard.told.NowParked
	s, err := merged.finish(exit.WithSignal(ctx, err))
	s.Unsettled = m.unsettled
	m.shard.told.addTo(&s)
	return merged, s, err
}

// open opens the input again, the results of the shards, and the files of the run.
func (m *merging) open(ctx context.Context) (files *output.Files, err error) {
	if err := m.reopen(ctx); err != nil {
		return nil, err
	}
	for i := range m.shard.Count + 1 { // the last one deletes what a mirror misses
		file, err := m.lease.Ledger.Shards(m.shard.job).File(ctx, m.shard.joined.Run, i, history.StoredResults)
		if err != nil {
			return nil, err
		}
		next, stop := iter.Pull2(writer.ReadResults(file, fmt.Sprintf("the results of shard %d", i), writer.FormatJSONL))
		m.results = append(m.results, &shardResults{next: next, stop: stop})
	}
	if err := m.readUnended(ctx); err != nil {
		return nil, err
	}
	return m.create(ctx)
}

func (m *merging) stop() {
	for _, s := range m.results {
		s.stop()
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
	if err := m.writeDeletions(j, to, &counts); err != nil {
		return counts, err
	}
	for i, s := range m.results {
		if _, _, err := s.take(0); err != nil || s.held != nil {
			return counts, cmp.Or(err, error(&user.AccountingError{What: fmt.Sprintf("shard %d has an outcome that no record of the input has, after record %d", i, counts.SettledUpTo)}))
		}
	}
	m.unsettled = counts.SettledUpTo - counts.Written
	counts.Finished = !m.shard.job.Unfinished
	for _, r := range m.unended {
		counts.PerhapsTaken += len(r.Journal.Sent)
	}
	return counts, nil
}

// writeSome writes the outcomes of records, first those of calls to the journal, as in any run.
func (m *merging) writeSome(records []*user.Record, j *journal.Journal, to writer.Writer, counts *engine.Summary) error {
	var all []user.Outcome
	for _, r := range records {
		counts.Read++
		o, found, err := m.outcome(r)
		if err != nil {
			return err
		}
		if found {
			all = append(all, o)
		}
	}
	return writeOutcomes(all, j, to, counts)
}

// writeDeletions writes the outcomes of users that are missing from the input of a mirror.
func (m *merging) writeDeletions(j *journal.Journal, to writer.Writer, counts *engine.Summary) error {
	for {
		result, found, err := m.results[m.shard.Count].take(counts.Read + 1)
		if err != nil || !found {
			return err
		}
		counts.Read++
		counts.Missing++
		o, _ := result.For(&user.Record{Origin: user.Origin{Record: result.Record, Absent: true}, Op: user.Delete, User: user.User{ID: result.ID}})
		if err := writeOutcomes([]user.Outcome{o}, j, to, counts); err != nil {
			return err
		}
	}
}

func writeOutcomes(all []user.Outcome, j *journal.Journal, to writer.Writer, counts *engine.Summary) error {
	var called []user.Outcome
	for _, o := range all {
		if o.Attempts > 0 {
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
func (m *merging) outcome(r *user.Record) (o user.Outcome, found bool, err error) {
	i := m.shard.indexOf(r)
	result, found, err := m.results[i].take(r.Origin.Record)
	if err != nil || !found && m.shard.job.Unfinished {
		return o, false, err
	}
	if !found {
		return o, false, &user.AccountingError{What: fmt.Sprintf("record %d has no outcome in shard %d", r.Origin.Record, i)}
	}
	o, same := result.For(r)
	if !same && r.Err == nil {
		return o, false, &checkpoint.InputChangedError{Record: r.Origin.Record}
	}
	return o, true, nil
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
	if err := m.lease.Ledger.Shards(m.shard.job).Merged(ctx, run); err != nil {
		return err
	}
	m.forgetStored(ctx, m.lease.Ledger)
	if err := os.RemoveAll(m.shardDir(run)); err != nil {
		m.options.Log.Warn("files that only the shards needed could not be removed", zap.Error(err))
	}
	return nil
}
