package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/sync/destination"
	"usersync/sync/engine"
	"usersync/sync/user"
	"usersync/writer/progress"
)

func runCommand(e *env, found *tally) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run [FILE|-]...",
		Short: "Send users to the API and say what became of each",
		Long: "run reads users from files (CSV or JSON Lines, plain, gzip or zstd) or from standard input (-),\n" +
			"sends them, and leaves results, rejects and a summary in a new directory below --runs-dir.\n\n" + exitCodeTable(),
		Example: "  usersync run --config usersync.yaml users.csv\n  usersync run --to kard --sandbox users.csv",
	}
	load := addSettings(e, cmd)
	dryRun := cmd.Flags().Bool("dry-run", false, "show what would be done, as usersync plan does, and send nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		if *dryRun {
			return (&planner{env: e, config: c, found: found}).run(cmd.Context(), args)
		}
		if len(c.Target.All) > 1 {
			return e.runSeveral(cmd.Context(), c, args)
		}
		j := &job{env: e, config: c, found: found, started: e.now()}
		j.again = func(files ...string) string { return again(cmd, files) }
		return j.run(cmd.Context(), args)
	}
	return cmd
}

// job is one run on its way from files to a summary.
type job struct {
	*env
	config  *config
	found   *tally
	started time.Time
	among   bool                         // several run side by side
	again   func(files ...string) string // the command line, with other files

	resume  string  // the run to go on with; empty for a new one, or the newest alike
	retried retrial // the run whose rejects are the input
	applied *plan   // nil where no plan is applied

	paths    []string
	conn     *connection
	input    *reader.Input
	progress *progress.Progress
	log      *zap.Logger
	say      *zap.Logger // what is said at any --log-level, where the log is JSON
	out      *outputs
	past     *past
	keeper   *keeper
	start    start
	before   engine.Summary // what an earlier part of the run has done
	counts   engine.Summary
	calls    destination.Calls
	underWay atomic.Int64 // calls without an answer

	attendance *attendance // of mirror; nil otherwise
	lastAbsent string      // id of the last deletion that an earlier part of the run has written
	protected  map[string]struct{}
}

// run opens everything that can be refused before the first call, then sends.
func (j *job) run(ctx context.Context, args []string) (err error) {
	frugal(j.lookup, j.config.Target.Sandbox)
	defer func() { err = errors.Join(err, j.applied.close()) }()
	if err := j.config.checkOutput(); err != nil {
		return err
	}
	if j.paths, err = inputPaths(args, j.config.Input.From); err != nil {
		return err
	}
	if err := errors.Join(j.config.checkResults(j.paths, j.stdin), j.checkTwice()); err != nil {
		return err
	}
	if j.conn, err = connect(ctx, j.config); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.conn.close()) }()
	if err := j.startTalking(); err != nil {
		return err
	}
	original, err := j.findOriginals(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.closeOriginals(original)) }()
	j.log.Info("opening the input", zap.Strings("from", j.paths))
	if j.input, err = openInput(ctx, j.stdin, j.config, j.conn.client, j.paths); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, j.closeInput()) }()
	defer func() { err = errors.Join(err, j.forget()) }()
	if err := errors.Join(j.checkGuards(), j.checkBound(ctx)); err != nil {
		return err
	}
	if err := j.begin(ctx); err != nil {
		return err
	}
	j.remember(ctx)
	if err := j.send(ctx); err != nil {
		return err
	}
	j.expire()
	return nil
}

// forget gives back what begin took.
func (j *job) forget() error {
	var errs []error
	if j.start.stop != nil && !j.counts.Reading {
		j.start.stop()
	}
	if j.out != nil && j.out.journalFile != nil {
		errs = append(errs, j.out.journalFile.Close())
	}
	if j.past != nil {
		errs = append(errs, j.past.close())
	}
	return errors.Join(errs...)
}

// closeInput leaves an input alone that is still being read: a read of a pipe
// cannot be interrupted.
func (j *job) closeInput() error {
	if j.counts.Reading {
		return nil
	}
	return j.input.Close()
}

// send runs the engine and writes down how it ended, whatever happened.
func (j *job) send(ctx context.Context) error {
	j.log.Info("run started", zap.String("run", j.out.dir.ID()), zap.String("to", j.conn.scope.Host), zap.Strings("from", j.paths))
	j.showProgress()
	work := engine.Job{
		Destination: stack(underWay{j.conn.client, &j.underWay}, j.manners()),
		Results:     j.out.writer,
		BatchSize:   j.conn.batchSize(j.config.Pace.BatchSize),
		Workers:     j.config.Pace.Workers,
		Journal:     j.out.diary,
		From:        j.start.from,
		Maybe:       j.start.maybe,
		Earlier:     j.start.earlier,
		MaxErrors:   engine.MaxErrors{Count: j.config.Guards.MaxErrors.count, Percent: j.config.Guards.MaxErrors.percent, After: errorsAfter, Before: j.before.Outcomes},
		Sent:        j.start.sent,
		Applying:    j.applied != nil,
	}
	if !j.config.Ledger.AllowStale {
		work.Superseded = (&staleness{run: j.out.dir.ID(), runsDir: j.config.Output.RunsDir, unchanged: j.unchanged(ctx)}).superseded
	}
	if j.past.ledger != nil {
		work.Ledger = newRecall(j.past.ledger, j.config.Ledger.Full, &j.keeper.marked, j.attendance)
	}
	if j.attendance != nil {
		work.Absent = j.applied.overAbsent(j.absentees)
	}
	heard := j.answerSignal(ctx)
	ctx, release := j.budgeted(ctx)
	defer release()
	work.Records = j.applied.over(j.start.records, j.start.from).Until(ctx).Batches(recordsAtOnce)
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
	err = errors.Join(err, j.keeper.finish(err))
	if err == nil && counts.Finished {
		err = j.keepUnchanged(ctx, work.Ledger)
	}
	talk := j.stopProgress()
	err = exit.WithSignal(ctx, err)
	if err != nil {
		err = fmt.Errorf("run %s: %w", j.out.dir.ID(), err)
	}
	err = errors.Join(err, talk, j.out.finish(err == nil && counts.Finished, err))
	if j.out.lacking {
		err = errors.Join(err, j.recount())
	}
	return j.conclude(err)
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

func (j *job) manners() manners {
	sizer, _ := j.conn.client.(destination.Sizer)
	return manners{sizer: sizer, pace: j.conn.pace, wire: j.wire, retries: j.config.Pace.Retries, calls: &j.calls,
		quiet: j.started.Add(j.config.Pace.Timeout), canary: j.config.Guards.Canary, answersOnly: j.config.Guards.CanaryAnswersOnly, adopt: j.config.adoption(), protected: j.protected,
		pending: pending{run: j.out.dir.ID(), ledger: j.past.ledger, journal: j.out.diary}}
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
