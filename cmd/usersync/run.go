package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/otlp"
	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/run"
	"usersync/cmd/usersync/internal/setting"
	"usersync/cmd/usersync/internal/terminal"
	"usersync/sync/engine"
	"usersync/writer/report"
)

// dryRunFlag makes a run a plan.
const dryRunFlag = "dry-run"

func runCommand(e *env, found *advice.Result) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run [FILE|-]...",
		Short: "Send users to the API and report what happened to each",
		Long: "run reads users from files (CSV or JSON Lines, plain, gzip or zstd) or from standard\n" +
			"input (-), sends them, and writes results, rejects and a summary to a new directory\n" +
			"in --runs-dir.",
		Annotations: withExitCodes(),
		Example:     "  usersync run --config usersync.yaml users.csv\n  usersync run --to kard --sandbox users.csv",
	}
	load := addSettings(e, cmd, setting.ForRun)
	dryRun := cmd.Flags().Bool(dryRunFlag, false, "show what would be done, like usersync plan, and send nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			e.tellUnread(cmd.Context(), c, *dryRun, err)
			return err
		}
		if err := c.FindShard(); err != nil {
			return err
		}
		if *dryRun {
			return e.plan(cmd.Context(), c, preview.Options{Files: c.Invocation.Files}, found)
		}
		if len(c.Target.All) > 1 {
			return e.runSeveral(cmd.Context(), c, c.Invocation.Files)
		}
		return e.send(cmd.Context(), c, run.Options{Files: c.Invocation.Files}, found)
	}
	return cmd
}

// send makes a run, from its settings to its summary and its report.
func (e *env) send(ctx context.Context, c *config.Config, o run.Options, found *advice.Result) error {
	s := &sender{env: e, config: c, options: o}
	err := inOrder(
		func() error { return s.prepare(ctx) },
		func() error { return s.begin(ctx) },
		func() error { return s.send(ctx, found) },
	)
	err = s.conclude(ctx, err)
	s.tell(ctx, err, *found)
	return err
}

// inOrder takes steps until one of them fails. A panic is an error of its step, so that the
// end of the run can still be told.
func inOrder(steps ...func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = engine.Recovered(v)
		}
	}()
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// sender is a run on its way, from its settings to its summary and its report. Release
// it after an error, too.
type sender struct {
	*env
	config   *config.Config
	options  run.Options
	terminal *terminal.Terminal
	prepared *run.Prepared   // nil before prepare
	run      *run.Run        // nil before begin; in the end the merged run
	shard    *run.Run        // the shard that has merged run; nil otherwise
	summary  *report.Summary // nil before the run has ended
	traced   *otlp.Exporter  // nil if no one asks for a trace
}

// prepare checks everything that can be checked without the lock of the account.
func (s *sender) prepare(ctx context.Context) (err error) {
	limitRun(s.environment.Lookup, s.config.Target.Sandbox)
	if s.terminal, err = terminal.Open(s.stderr, s.config, s.several, s.environment.Lookup); err != nil {
		return err
	}
	s.asked.Add(s.terminal.Progress)
	o := s.options
	o.Stdin, o.Stdout, o.Now, o.Wire, o.Args = s.stdin, s.stdout, s.now, s.wire, s.environment.Places.Shown(s.args)
	o.Log, o.Progress = s.terminal.Log, s.terminal.Progress
	if s.config.Output.Publish != "" {
		o.Publish = func(ctx context.Context, runsDir, run string) error {
			_, err := upload(ctx, s.config, runsDir, run)
			return err
		}
	}
	if s.startTrace(ctx); s.traced != nil {
		o.Observer = s.traced
	}
	s.prepared, err = run.Setup(ctx, s.config, o)
	return err
}

// begin locks the account and makes ready to send.
func (s *sender) begin(ctx context.Context) (err error) {
	s.run, err = s.prepared.Begin(ctx)
	if signal := exit.StoppedBy(ctx); signal != nil && errors.Is(err, context.Canceled) {
		return &exit.Error{Err: exit.NothingSent(fmt.Errorf("start the run: %w", signal)), Next: s.config.Invocation.Again(s.options.Files...)}
	}
	return err
}

func (s *sender) send(ctx context.Context, found *advice.Result) error {
	if s.run.Sharded() {
		return s.sendShard(ctx, found)
	}
	s.showMetrics()
	summary, stopped := s.run.Send(ctx)
	s.summary = &summary
	if err := s.finish(s.config, s.terminal, s.run, s.summary, stopped, found); err != nil {
		return err
	}
	s.run.Expire(ctx)
	return nil
}

func (s *sender) release() error {
	var errs []error
	if s.terminal != nil {
		s.asked.Remove(s.terminal.Progress)
	}
	if s.shard != nil {
		errs = append(errs, s.shard.Release())
	}
	if s.run != nil {
		errs = append(errs, s.run.Release())
	}
	if s.prepared != nil {
		errs = append(errs, s.prepared.Release())
	}
	return errors.Join(append(errs, s.options.Plan.Close())...)
}
