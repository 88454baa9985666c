package main

import (
	"context"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/job"
	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/run"
	"usersync/cmd/usersync/internal/setting"
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
		if err == nil {
			err = c.FindShard()
		}
		if err != nil {
			if !*dryRun {
				e.process().TellUnread(cmd.Context(), c, err)
			}
			return err
		}
		if *dryRun {
			return e.plan(cmd.Context(), c, preview.Options{Files: c.Invocation.Files}, found)
		}
		if len(c.Target.All) > 1 {
			return e.process().SendSeveral(cmd.Context(), c, c.Invocation.Files)
		}
		return e.send(cmd.Context(), c, run.Options{Files: c.Invocation.Files}, found)
	}
	return cmd
}

// send makes a run, from its settings to its summary and its report.
func (e *env) send(ctx context.Context, c *config.Config, o run.Options, found *advice.Result) error {
	return e.process().Send(ctx, c, o, found)
}

// process is what a run sees of the world outside.
func (e *env) process() *job.Process {
	return &job.Process{
		Stdin: e.stdin, Stdout: e.stdout, Stderr: e.stderr, Environment: e.environment, Now: e.now, Wire: e.wire, Args: e.args,
		Metrics: e.metrics, Asked: e.asked, Ran: e.ended.add, LimitMemory: limitRun,
	}
}
