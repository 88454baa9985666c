package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/reader"
	"usersync/sync/checkpoint"
	"usersync/sync/destination"
	"usersync/sync/destination/stack"
	"usersync/sync/engine"
	"usersync/sync/mirror"
	"usersync/sync/plan"
	"usersync/sync/user"
	"usersync/writer/progress"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

func runCommand(e *env, found *tally) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run [FILE|-]...",
		Short: "Send users to the API and say what became of each",
		Long: "run reads users from files (CSV or JSON Lines, plain, gzip or zstd) or from standard input (-),\n" +
			"sends them, and leaves results, rejects and a summary in a new directory below --runs-dir.\n\n" + exitCodeTable(),
		Example: "  usersync run --config usersync.yaml users.csv\n  usersync run --to kard --sandbox users.csv",
	}
	load := addSettings(e, cmd, config.ForRun)
	dryRun := cmd.Flags().Bool("dry-run", false, "show what would be done, as usersync plan does, and send nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		if *dryRun {
			return e.plan(cmd.Context(), planOptions{config: c, files: args}, found)
		}
		if len(c.Target.All) > 1 {
			return e.runSeveral(cmd.Context(), c, args)
		}
		return e.send(cmd.Context(), runOptions{config: c, files: args}, found)
	}
	return cmd
}

// send makes a run: from its settings to its summary, and to what a person is
// told of it.
func (e *env) send(ctx context.Context, o runOptions, found *tally) (err error) {
	frugal(e.lookup, o.config.Target.Sandbox)
	o.stdin, o.stdout, o.now, o.wire, o.args = e.stdin, e.stdout, e.now, e.wire, e.args
	t, err := openTerminal(e.stderr, o.config, o.several)
	if err != nil {
		return errors.Join(err, o.applied.Close())
	}
	o.log, o.progress = t.log, t.progress
	j := &job{runOptions: o, started: o.now()}
	defer func() { err = errors.Join(err, j.release()) }()
	if err := j.setup(ctx); err != nil {
		return err
	}
	if err := j.begin(ctx); err != nil {
		return err
	}
	s, stopped := j.send(ctx)
	if err := e.conclude(j, s, stopped, found); err != nil {
		return err
	}
	j.expire()
	return nil
}

// runOptions are what a run is told besides its settings.
type runOptions struct {
	config *config.Config
	files  []string // of the command line
	stdin  io.Reader
	stdout io.Writer // takes --results -
	now    func() time.Time
	wire   context.Context // ends when calls on the wire are to be cut
	args   []string        // of the process

	log      runLog
	progress *progress.Progress
	several  bool // several run side by side

	resume  string     // the run to go on with; empty for a new one, or the newest alike
	retried retrial    // the run whose rejects are the input
	applied *plan.Plan // nil where no plan is applied
}

// job is one run on its way from files to a summary.
type job struct {
	runOptions
	started time.Time

	paths        []string
	conn         *connect.Connection
	originals    *history.Originals
	input        *reader.Input
	out          *outputs
	past         *connect.Lease
	start        start
	checkpointer *checkpoint.Checkpointer
	before       engine.Summary // what an earlier part of the run has done
	counts       engine.Summary
	calls        destination.Calls
	underWay     atomic.Int64 // calls without an answer

	presence   *mirror.Presence // of a mirror; nil otherwise
	lastAbsent string           // id of the last deletion that an earlier part of the run has written
	protected  map[string]struct{}
}

// setup opens everything that can be refused before the first call.
func (j *job) setup(ctx context.Context) (err error) {
	if err := j.config.Output.Check(); err != nil {
		return err
	}
	if j.paths, err = inputPaths(j.files, j.config.Input.From); err != nil {
		return err
	}
	if err := errors.Join(checkResults(j.config, j.paths, j.stdin), j.checkTwice()); err != nil {
		return err
	}
	if j.conn, err = connect.Open(ctx, j.config); err != nil {
		return err
	}
	if j.originals, err = j.findOriginals(ctx); err != nil {
		return err
	}
	j.log.Info("opening the input", zap.Strings("from", j.paths))
	if j.input, err = openInput(ctx, j.stdin, j.config, j.conn.Client, j.paths); err != nil {
		return err
	}
	j.protected, err = checkGuards(j.config, j.conn.Client.Traits(), j.input)
	return errors.Join(err, j.checkBound(ctx))
}

// release gives back what setup and begin took. An input that is still being read
// is left alone: a read of a pipe cannot be interrupted.
func (j *job) release() error {
	var errs []error
	if j.start.stop != nil && !j.counts.Reading {
		j.start.stop()
	}
	if j.out != nil && j.out.journalFile != nil {
		errs = append(errs, j.out.journalFile.Close())
	}
	if j.past != nil {
		errs = append(errs, j.past.Close())
	}
	if j.input != nil && !j.counts.Reading {
		errs = append(errs, j.input.Close())
	}
	errs = append(errs, j.closeOriginals(j.originals))
	if j.conn != nil {
		errs = append(errs, j.conn.Close())
	}
	return errors.Join(append(errs, j.applied.Close())...)
}

// send runs the engine, and tells how the run ended, whatever happened.
func (j *job) send(ctx context.Context) (report.Summary, error) {
	j.log.Info("run started", zap.String("run", j.out.dir.ID()), zap.String("to", j.conn.Scope.Host), zap.Strings("from", j.paths))
	if j.config.Log.Progress != "never" {
		j.progress.Start(progress.Source{Note: j.conn.Pace.Note, Calls: j.calls.Total})
	}
	work := engine.Job{
		Destination: j.manners().Around(underWay{j.conn.Client, &j.underWay}),
		Results:     j.out.writer,
		BatchSize:   j.conn.BatchSize(j.config.Pace.BatchSize),
		Workers:     j.config.Pace.Workers,
		Journal:     j.out.diary,
		MaxErrors:   engine.MaxErrors{Count: j.config.Guards.MaxErrors.Count, Percent: j.config.Guards.MaxErrors.Percent, After: errorsAfter, Before: j.before.Outcomes},
		Resumed:     engine.Resumed{From: j.start.from, Maybe: j.start.maybe, Earlier: j.start.earlier, Sent: j.start.sent},
		Applying:    j.applied != nil,
	}
	if !j.config.Ledger.AllowStale {
		work.Superseded = (&history.Staleness{Run: j.out.dir.ID(), Dir: j.config.Output.RunsDir, Unchanged: j.unchanged(ctx)}).Superseded
	}
	if j.past.Ledger != nil {
		work.Ledger = newRecall(j.past.Ledger, j.config.Ledger.Full, j.checkpointer.Marked, j.presence)
	}
	if j.presence != nil {
		work.Absent = j.applied.ApplyDeletions(j.missing)
	}
	heard := j.answerSignal(ctx)
	ctx, release := j.budgeted(ctx)
	defer release()
	work.Records = reader.Records(j.applied.Apply(iter.Seq2[*user.Record, error](j.start.records), j.start.from)).Until(ctx).Batches(recordsAtOnce)
	counts, err := engine.Summary{Outcomes: map[user.Status]int{}}, j.lookAhead(ctx)
	if err == nil {
		counts, err = work.Run(ctx)
	}
	if err == nil {
		err = j.keepRules(ctx)
	}
	heard()
	j.warn(counts.Reading)
	j.counts = total(j.before, counts)
	if !rundir.NoRoom(err) {
		err = errors.Join(err, j.checkpointer.Finish(err))
	}
	if err == nil && counts.Finished {
		err = j.keepUnchanged(ctx, work.Ledger)
	}
	if unshown := j.progress.Stop(); unshown != nil { // no reason to fail
		j.log.Warn("progress could not be shown", zap.Error(unshown))
	}
	err = exit.WithSignal(ctx, err)
	if err != nil {
		err = fmt.Errorf("run %s: %w", j.out.dir.ID(), err)
	}
	err = errors.Join(err, j.out.finish(err == nil && counts.Finished, err))
	if j.out.lacking {
		err = errors.Join(err, j.recount())
	}
	return j.summary(err), err
}

// errBudget ends a run that has used up its time.
var errBudget = errors.New("the time of --max-duration is used up")

// budgeted ends ctx when the time of the run is used up.
func (j *job) budgeted(ctx context.Context) (context.Context, context.CancelFunc) {
	if j.config.Guards.MaxDuration == 0 {
		return ctx, func() {}
	}
	return context.WithDeadlineCause(ctx, j.started.Add(j.config.Guards.MaxDuration), errBudget)
}

func (j *job) manners() stack.Options {
	sizer, _ := j.conn.Client.(destination.Sizer)
	return stack.Options{Sizer: sizer, Pacer: j.conn.Pace, Wire: j.wire, Retries: j.config.Pace.Retries, Calls: &j.calls,
		Quiet: j.started.Add(j.config.Pace.Timeout), Canary: j.config.Guards.Canary, AnswersOnly: j.config.Guards.CanaryAnswersOnly, Adopt: adoption(j.config), Protected: j.protected,
		Pending: checkpoint.Intents{Run: j.out.dir.ID(), Ledger: j.past.Ledger, Journal: j.out.diary}}
}

// total adds what was done now to what was done before.
func total(before, now engine.Summary) engine.Summary {
	now.Read += before.Written
	now.Written += before.Written
	now.Absent += before.Absent
	now.SettledUpTo = max(now.SettledUpTo, before.SettledUpTo)
	for status, n := range before.Outcomes {
		now.Outcomes[status] += n
	}
	return now
}

// errorsAfter is how many records are settled before a share of errors says
// something.
const errorsAfter = 1000

// recordsAtOnce is how many records the engine is handed at a time: enough
// that handing over costs nothing, and few beside its window.
const recordsAtOnce = 256
