package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/output"
	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/summary"
	"usersync/cmd/usersync/internal/terminal"
	"usersync/cmd/usersync/internal/view"
	"usersync/reader"
	"usersync/sync/checkpoint"
	"usersync/sync/destination"
	"usersync/sync/engine"
	"usersync/sync/ledger"
	"usersync/sync/mirror"
	"usersync/sync/telemetry"
	"usersync/sync/user"
	"usersync/writer/progress"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// Run is a run that has started: it holds the lock of its account, and its files are
// open. It is for one goroutine.
type Run struct {
	*beginning
	at           *start // nil if the shard was done before
	checkpointer *checkpoint.Checkpointer
	counts       engine.Summary
	calls        destination.Calls
	stats        *telemetry.Stats
	measured     summary.Measured
	log          *output.CallLog
	stopping     terminal.Stopping
	sent         sentRecords
	renames      *mirror.Renames // nil if it renames none
	nowParked    int             // users that it has sent and the next runs will not send
	way          way
	merged       *merging // nil unless it is made from shards
	complete     bool     // it holds everything that the shards have settled
}

func newRun(b *beginning, at *start) *Run {
	r := &Run{beginning: b, at: at}
	if at == nil { // the shard is done
		return r
	}
	r.stats, r.log = telemetry.NewStats(), output.NewCallLog(at.files.Dir())
	r.stopping.Log, r.stopping.Progress, r.stopping.Timeout = r.options.Log, r.options.Progress, r.Config.Pace.Timeout
	r.stopping.InFlight = exit.InFlight(r.Config.Pace.GracePeriod)
	o := checkpoint.Options{
		Run: at.files.Run(), Ledger: r.lease.Ledger, Journal: at.files.Journal(), Results: at.files.Durable(), Rejects: at.files.Rejects(),
		Input: at.read, Outcomes: at.before.Outcomes, Noted: at.before.Noted, Start: r.options.Now(), Now: r.options.Now, Parking: at.parking,
	}
	if b.shard != nil {
		o.Saved = r.Shard().exchange
	}
	r.checkpointer = checkpoint.New(o)
	return r
}

// whole reports whether the run is not a shard.
func (r *Run) whole() bool { return r.shard == nil || r.merged != nil }

// Release releases the account and the files.
func (r *Run) Release() error {
	if r.merged != nil { // the shard that has merged it holds the account
		return r.at.release(false)
	}
	return errors.Join(r.at.release(r.counts.Reading), r.lease.Close())
}

// Send runs the engine and always returns a summary. The caller fills in its exit code,
// hint, next command and end time.
func (r *Run) Send(ctx context.Context) (report.Summary, error) {
	files := r.at.files
	r.start()
	r.Conn.Traffic.To(r.log.Exchanged)
	patient, impatient := exit.Graceful(ctx, r.options.Wire, r.Config.Pace.GracePeriod)
	defer impatient()
	wire, cut := r.lease.Bound(patient)
	defer cut()
	known := view.New(r.lease.Ledger, files.Run(), r.Config.Ledger.Full, r.checkpointer.Checkpointed, r.presence)
	work, err := r.job(ctx, wire, known)
	stopAnnouncing := r.stopping.Announce(ctx)
	ctx, release := r.bound(ctx, r.lease)
	defer release()
	if err == nil && r.at.Written > 0 {
		err = cmp.Or(known.Restore(ctx, files.UnchangedIDs()), r.checkpointer.Recall(files.Settled()))
	}
	if shard := r.Shard(); err == nil && shard != nil { // guards count what the others have from the first record on
		err = shard.exchange()
	}
	counts, err := r.run(ctx, work, err)
	stopAnnouncing()
	r.reading = counts.Reading
	err = r.checkInput(err)
	r.counts = total(r.at.before.Summary, counts)
	err = r.keep(ctx, known, err)
	if shard := r.Shard(); err == nil && shard != nil && r.counts.Finished {
		err = shard.checkTotals()
	}
	return r.finish(exit.WithSignal(ctx, err))
}

// start says that the run starts.
func (r *Run) start() {
	files := r.at.files
	r.sent.Journal, r.sent.hashes = files.Journal(), r.at.hashes
	r.options.Progress.Start(progress.Source{
		Note: r.Conn.Pace.Note, Calls: r.calls.Total, Before: r.at.before.Outcomes,
		Extent:    func() progress.Extent { return r.way.extent(r.base, r.at.Written) },
		Retrying:  func() int { return int(r.way.retrying.Load()) },
		Throttled: func() int { return throttled(r.calls.Counts()) },
	})
	r.options.Log.Info("run started", zap.String("run", files.Run()), zap.String("to", r.Conn.Scope.Host), zap.Strings("from", r.Paths))
}

// keep writes the last checkpoint of a run that ended with err, and then, if it finished, what
// the ledger must know of the whole feed. It logs what it was told of the input.
func (r *Run) keep(ctx context.Context, known *view.Ledger, err error) error {
	r.logWarnings()
	if rundir.NoRoom(err) {
		err = errors.Join(err, r.checkpointer.Wait())
	} else {
		err = errors.Join(err, r.checkpointer.Finish(err, r.counts.Finished, r.counts.PerhapsTaken > 0))
	}
	if err == nil && r.counts.Finished {
		err = known.KeepUnchanged(ctx)
		if r.shard == nil { // of shards, what comes after all of them does
			err = errors.Join(err, r.keepRules(ctx))
		}
		if r.counts.Outcomes[user.Refused] > 0 {
			var failed error
			r.nowParked, failed = r.countParked(ctx, r.lease.Ledger, r.at.files.Run())
			err = errors.Join(err, failed)
		}
	}
	if failed := r.options.Progress.Stop(); failed != nil { // not a reason for the run to fail
		r.options.Log.Warn("progress could not be shown", zap.Error(failed))
	}
	return err
}

// finish gives the files their final names, if the run is complete, and sums it up.
func (r *Run) finish(err error) (report.Summary, error) {
	files := r.at.files
	if err != nil {
		err = fmt.Errorf("run %s: %w", files.Run(), err)
	}
	_ = r.log.Close() // no run depends on it
	err = errors.Join(err, files.Finish(err == nil && r.counts.Finished, err))
	if files.Incomplete() {
		err = errors.Join(err, r.recount())
	}
	s := r.summary(err)
	if s.State == report.Finished && r.whole() { // a shard that stopped here could not be done, and the run not be merged
		if err = r.at.checkAbsences(r.counts.Outcomes[user.Deleted], r.Config.Guards.AbsentOK); err != nil {
			s.Reason = err.Error()
		}
	}
	return s, err
}

// run runs the engine, unless err or a guard that looks ahead stops it.
func (r *Run) run(ctx context.Context, work engine.Job, err error) (engine.Summary, error) {
	if err == nil && r.shard == nil && r.at.Written == 0 {
		err = r.lookAhead(ctx, r.lease.Ledger, r.measured.Changes)
	}
	if err != nil {
		return engine.Summary{Outcomes: map[user.Status]int{}}, err
	}
	records := r.options.Plan.Apply(iter.Seq2[*user.Record, error](r.at.records), r.at.Written)
	if r.shard == nil {
		records = r.LimitDeletes(ctx, records, preview.Deletes{
			Ledger: r.lease.Ledger, Protected: r.protected, Before: r.at.files.Counts().Deletes(), Planned: r.options.Plan != nil,
		})
	}
	work.Records = r.way.batches(ctx, reader.Records(records).Until(ctx).Batches(preview.RecordsAtOnce))
	return work.Run(ctx)
}

// recount corrects the counts to what the files contain.
func (r *Run) recount() error {
	c, err := r.at.files.Recount()
	if c.Outcomes != nil {
		r.counts.Written, r.counts.SettledUpTo, r.counts.Outcomes, r.counts.Missing = c.Written, c.SettledUpTo, c.Outcomes, c.Missing
		if r.shard != nil {
			r.counts.SettledUpTo = c.Written // it has no others in its files
		}
	}
	if err == nil && c.SettledUpTo >= r.checkpointer.Checkpointed() { // what is durable is never cut off
		err = r.at.files.Trim(c)
	}
	return err
}

// total adds the counts of the earlier parts of a run and of this one.
func total(before, now engine.Summary) engine.Summary {
	now.Read += before.Written
	now.Written += before.Written
	now.Missing += before.Missing
	now.SettledUpTo = max(now.SettledUpTo, before.SettledUpTo)
	for status, n := range before.Outcomes {
		now.Outcomes[status] += n
	}
	return now
}

// Close writes the summary and the end of the journal. It is the last step: a run whose
// journal has no end can be resumed.
func (r *Run) Close(s *report.Summary) error {
	err := r.at.files.Close(s, r.options.Now())
	switch finished := err == nil && s.State == report.Finished; {
	case err == nil && r.merged != nil && r.complete:
		return r.merged.close(context.Background())
	case finished && r.shard == nil:
		r.forgetStored(context.Background(), r.lease.Ledger)
	}
	return err
}

// lookAhead plans the whole input if a guard requires it. It does not for a run that is
// resumed, applies a plan, or retries rejects.
func (b *base) lookAhead(ctx context.Context, l *ledger.Ledger, changes func(changed, known int)) error {
	if !b.Config.Guards.LookAhead() || b.options.Plan != nil || b.options.Retried.Run != "" {
		return nil
	}
	b.options.Log.Info("looking at the whole input before anything is sent")
	return preview.DryRun{Setup: b.Setup, Wire: b.options.Wire, Ledger: l, Protected: b.protected, Now: b.started, OnChanges: changes}.LookAhead(ctx)
}
