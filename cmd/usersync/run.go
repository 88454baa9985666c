package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/run"
)

// dryRunFlag makes a run a plan.
const dryRunFlag = "dry-run"

func runCommand(e *env, found *result) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run [FILE|-]...",
		Short: "Send users to the API and report what happened to each",
		Long: "run reads users from files (CSV or JSON Lines, plain, gzip or zstd) or from standard\n" +
			"input (-), sends them, and writes results, rejects and a summary to a new directory\n" +
			"in --runs-dir.",
		Annotations: withExitCodes(),
		Example:     "  usersync run --config usersync.yaml users.csv\n  usersync run --to kard --sandbox users.csv",
	}
	load := addSettings(e, cmd, config.ForRun)
	dryRun := cmd.Flags().Bool(dryRunFlag, false, "show what would be done, like usersync plan, and send nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		if *dryRun {
			return e.plan(cmd.Context(), c, preview.Options{Files: args}, found)
		}
		if len(c.Target.All) > 1 {
			return e.runSeveral(cmd.Context(), c, args)
		}
		return e.send(cmd.Context(), c, run.Options{Files: args}, found)
	}
	return cmd
}

// send makes a run, from its settings to its summary and its report.
func (e *env) send(ctx context.Context, c *config.Config, o run.Options, found *result) (err error) {
	defer func() { err = errors.Join(err, o.Plan.Close()) }()
	tuneGC(e.environment.Lookup, c.Target.Sandbox)
	t, err := openTerminal(e.stderr, c, e.several)
	if err != nil {
		return err
	}
	o.Stdin, o.Stdout, o.Now, o.Wire, o.Args = e.stdin, e.stdout, e.now, e.wire, e.args
	o.Log, o.Progress = t.log, t.progress
	p, err := run.Setup(ctx, c, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Release()) }()
	r, err := p.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Release()) }()
	s, stopped := r.Send(ctx)
	if err := e.finish(c, t, r, s, stopped, found); err != nil {
		return err
	}
	r.Expire()
	return nil
}
