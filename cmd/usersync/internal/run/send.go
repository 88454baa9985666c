package run

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/preview"
	"usersync/reader"
	"usersync/sync/checkpoint"
	"usersync/sync/destination"
	"usersync/sync/destination/canary"
	"usersync/sync/destination/owned"
	"usersync/sync/destination/stack"
	"usersync/sync/engine"
	"usersync/sync/lookalike"
	"usersync/sync/mirror"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/progress"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// Run is a run that has started: it holds the lock of its account, and its files are
// open. It is for one goroutine.
type Run struct {
	*base
	lease        *connect.Lease
	presence     *mirror.Presence // of a mirror; nil otherwise
	similar      *lookalike.Finder
	at           *start
	checkpointer *checkpoint.Checkpointer
	counts       engine.Summary
	calls        destination.Calls
	stopping     stopping
	sent         sentRecords
	renames      *mirror.Renames // nil if it renames none
}

func newRun(b *beginning, at *start) *Run {
	r := &Run{base: b.base, lease: b.lease, presence: b.presence, similar: b.similar, at: at}
	r.stopping.log, r.stopping.progress, r.stopping.timeout = r.options.Log, r.options.Progress, r.Config.Pace.Timeout
	r.checkpointer = checkpoint.New(checkpoint.Options{
		Run: at.files.dir.ID(), Ledger: r.lease.Ledger, Journal: at.files.journal, Results: at.files.results, Rejects: at.files.rejects,
		Input: at.read, Outcomes: at.before.Outcomes, Noted: at.before.noted, Start: r.options.Now(),
	})
	return r
}

// Release releases the account and the files.
func (r *Run) Release() error {
	return errors.Join(r.at.release(r.counts.Reading), r.lease.Close())
}

// Send runs the engine and always returns a summary. The caller fills in its exit code,
// hint, next command and end time.
func (r *Run) Send(ctx context.Context) (report.Summary, error) {
	files := r.at.files
	r.sent.Journal, r.sent.hashes = files.journal, r.at.hashes
	r.options.Log.Info("run started", zap.String("run", files.dir.ID()), zap.String("to", r.Conn.Scope.Host), zap.Strings("from", r.Paths))
	if r.Config.Log.Progress != "never" {
		r.options.Progress.Start(progress.Source{Note: r.Conn.Pace.Note, Calls: r.calls.Total})
	}
	wire, cut := r.lease.Bound(r.options.Wire)
	defer cut()
	known := newLedgerView(r.lease.Ledger, files.dir.ID(), r.Config.Ledger.Full, r.checkpointer.Checkpointed, r.presence)
	work, err := r.job(ctx, wire, known)
	stopAnnouncing := r.stopping.announce(ctx)
	ctx, release := r.withBudget(ctx)
	defer release()
	ctx, unbound := r.lease.Bound(ctx)
	defer unbound()
	if err == nil {
		err = r.restore(ctx, known)
	}
	counts, err := r.run(ctx, work, err)
	stopAnnouncing()
	r.reading = counts.Reading
	err = r.checkInput(err)
	r.counts = total(r.at.before.Summary, counts)
	r.logWarnings()
	r.logRenames()
	if !rundir.NoRoom(err) {
		err = errors.Join(err, r.checkpointer.Finish(err, counts.Finished, counts.PerhapsTaken > 0))
	}
	if err == nil && counts.Finished {
		err = known.keepUnchanged(ctx, files.dir.ID())
	}
	if failed := r.options.Progress.Stop(); failed != nil { // not a reason for the run to fail
		r.options.Log.Warn("progress could not be shown", zap.Error(failed))
	}
	err = exit.WithSignal(ctx, err)
	if err != nil {
		err = fmt.Errorf("run %s: %w", files.dir.ID(), err)
	}
	err = errors.Join(err, files.finish(err == nil && counts.Finished, err))
	if files.incomplete {
		err = errors.Join(err, r.recount())
	} else {
		err = errors.Join(err, files.digest())
	}
	s := r.summary(err)
	if s.State == report.Finished {
		if err = r.checkAbsences(); err != nil {
			s.Reason = err.Error()
		}
	}
	return s, err
}

// job is the engine's work, without its records.
func (r *Run) job(ctx, wire context.Context, known *ledgerView) (engine.Job, error) {
	c, files := r.Config, r.at.files
	owners, err := r.owners(ctx)
	work := engine.Job{
		Destination: r.middleware(wire, owners).Wrap(inFlight{r.Conn.Client, &r.stopping.calls}),
		Results:     r.writer(),
		BatchSize:   r.Conn.BatchSize(c.Pace.BatchSize),
		Workers:     c.Pace.Workers,
		Journal:     &r.sent,
		Names:       destination.Names(r.Conn.Client),
		MaxErrors:   engine.MaxErrors{Count: c.Guards.MaxErrors.Count, Percent: c.Guards.MaxErrors.Percent, After: preview.ErrorsAfter, Before: r.at.before.Outcomes},
		Resumed:     r.at.Resumed,
		Applying:    r.options.Plan != nil,
		Canary:      c.Guards.Canary,
		AbsentOK:    c.Guards.AbsentOK || c.Target.Sandbox,
		IDs:         engine.IDs{Looked: r.similar.Note, RefuseRepeated: c.Input.RefuseRepeated},
	}
	if !c.Ledger.AllowStale {
		work.Superseded = (&history.Staleness{Run: files.dir.ID(), Dir: c.Output.RunsDir,
			Order: history.Orders(ctx, r.lease.Ledger, func(err error) {
				r.options.Log.Warn("the ledger's order of runs is not known: clocks order them", zap.Error(err))
			}), Unchanged: unchanged(ctx, r.lease.Ledger, r.options.Log)}).Superseded
	}
	if known != nil {
		work.Ledger, work.Repeats = known, known
	}
	if r.presence != nil {
		work.Missing = r.options.Plan.ApplyDeletions(r.missing)
	}
	return work, err
}

// writer writes outcomes to the files first, because a checkpoint must agree with the
// results, then to the checkpointer, and last to the copy of the results, which may fail.
func (r *Run) writer() writer.Writer {
	files := r.at.files
	if files.copyWriter == nil {
		return writer.Tee(files.writer, r.checkpointer)
	}
	return writer.Tee(files.writer, r.checkpointer, files.copyWriter)
}

func (r *Run) middleware(wire context.Context, owners *owned.Owners) stack.Options {
	c := r.Config
	keys := stack.Keys{Owners: owners}
	if r.lease.Ledger != nil {
		keys.Holders = r.lease.Ledger.Identities()
	}
	return stack.Options{
		Pacer: r.Conn.Pace, Lease: r.lease, Wire: wire, Calls: &r.calls, Client: stack.FeaturesOf(r.Conn.Client), Keys: keys,
		Retries: c.Pace.Retries, Quiet: r.started.Add(c.Pace.Timeout),
		Intents: checkpoint.Intents{Run: r.at.files.dir.ID(), Ledger: r.lease.Ledger, Journal: &r.sent}, Sent: r.sent.Sent,
		Adopt: preview.Adoption(c), Absences: r.absences(), Protected: r.protected,
		Canary: canary.Options{Records: c.Guards.Canary, Patience: c.Pace.Timeout, AnswersOnly: c.Guards.CanaryAnswersOnly},
	}
}

// run runs the engine, unless err or a guard that looks ahead stops it, and records the
// settings after the whole feed was sent.
func (r *Run) run(ctx context.Context, work engine.Job, err error) (engine.Summary, error) {
	if err == nil {
		err = r.lookAhead(ctx)
	}
	if err != nil {
		return engine.Summary{Outcomes: map[user.Status]int{}}, err
	}
	records := r.options.Plan.Apply(iter.Seq2[*user.Record, error](r.at.records), r.at.Written)
	records = r.LimitDeletes(ctx, records, preview.Deletes{
		Ledger: r.lease.Ledger, Protected: r.protected, Before: r.at.files.counts.deleted.calls, Planned: r.options.Plan != nil,
	})
	work.Records = reader.Records(records).Until(ctx).Batches(preview.RecordsAtOnce)
	counts, err := work.Run(ctx)
	if err == nil {
		err = r.keepRules(ctx)
	}
	return counts, err
}

// ErrBudget ends a run that has used up its time.
var ErrBudget = errors.New("the time of --max-duration is used up")

// withBudget ends ctx when the time of the run is used up.
func (r *Run) withBudget(ctx context.Context) (context.Context, context.CancelFunc) {
	if r.Config.Guards.MaxDuration == 0 {
		return ctx, func() {}
	}
	return context.WithDeadlineCause(ctx, r.started.Add(r.Config.Guards.MaxDuration), ErrBudget)
}

// logWarnings logs the warnings about the input, after it was read.
func (r *Run) logWarnings() {
	if r.reading { // by another goroutine, which waits for a pipe
		return
	}
	for _, warning := range r.Input.Warnings() {
		r.options.Log.Always(warning)
	}
	if r.at.Written == 0 && r.counts.Finished { // otherwise some were met by an earlier part, or would have been later
		for _, warning := range preview.ProtectedWarnings(r.protected.Report()) {
			r.options.Log.Always(warning)
		}
	}
}

// recount corrects the counts to what the files contain.
func (r *Run) recount() error {
	c, err := r.at.files.recount()
	if c.Outcomes != nil {
		r.counts.Written, r.counts.SettledUpTo, r.counts.Outcomes, r.counts.Missing = c.Written, c.SettledUpTo, c.Outcomes, c.Missing
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
func (r *Run) Close(s report.Summary) error { return r.at.files.close(s, r.options.Now()) }

// lookAhead plans the whole input if a guard requires it. It does not for a run that is
// resumed, applies a plan, or retries rejects.
func (r *Run) lookAhead(ctx context.Context) error {
	if !r.Config.Guards.LookAhead() || r.at.Written > 0 || r.options.Plan != nil || r.options.Retried.Run != "" {
		return nil
	}
	r.options.Log.Info("looking at the whole input before anything is sent")
	return preview.DryRun{Setup: r.Setup, Wire: r.options.Wire, Ledger: r.lease.Ledger, Protected: r.protected}.LookAhead(ctx)
}

// Facts help to decide, together with the summary, what to do after a run.
type Facts struct {
	Paths   []string // of the input's files
	Dir     string   // of the run
	Resumed bool     // it was resumed by name
	// Unshown says that the API does not show which users it has created.
	Unshown bool
	LastMet string // what went wrong with a call most recently; empty if nothing did
}

// Facts returns the facts. They are valid after Send has returned.
func (r *Run) Facts() Facts {
	return Facts{Paths: r.Paths, Dir: r.at.files.dir.Path(), Resumed: r.options.Resume != "",
		Unshown: r.Conn.Client.Traits().CannotVerifyCreate(), LastMet: r.calls.LastFault()}
}
