package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/preview"
	"usersync/cmd/usersync/internal/setting"
	"usersync/writer/report"
)

func planCommand(e *env, found *advice.Result) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "plan [FILE|-]...",
		Short: "Show what a run would do, and send nothing",
		Long: "plan reads the input as run does and shows what a run would do: how many users it would\n" +
			"create, update and delete, which fields would change and for how many users, the calls,\n" +
			"and how long they take. It sends nothing, creates no run directory, writes nothing to\n" +
			"the ledger and takes no lock.\n\n" +
			"--out saves the plan to a file, and usersync apply applies exactly that plan. The file\n" +
			"holds ids and fingerprints, but no values; its mode is 0600. --read makes the reads\n" +
			"that come before updates, so that the plan knows which users are already the same.\n\n" +
			"With --detailed-exitcode: 0 nothing to do; 1 an error, or rejected rows and nothing to\n" +
			"send; 2 users to send. Without it, the exit codes are those of run, below.",
		Annotations: withExitCodes(),
		Example:     "  usersync plan users.csv\n  usersync plan --out plan.jsonl users.csv\n  usersync apply plan.jsonl",
	}
	load := addSettings(e, cmd, setting.ForRun)
	out := cmd.Flags().String("out", "", "save the plan to this `FILE`, for usersync apply")
	read := cmd.Flags().Bool("read", false, "make the reads that updates need")
	cmd.Flags().BoolVar(&found.Detailed.Asked, "detailed-exitcode", false, "exit 0 if there is nothing to do, 1 on an error, 2 if there are users to send")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		return e.plan(cmd.Context(), c, preview.Options{Files: c.Invocation.Files, Out: *out, Read: *read}, found)
	}
	return cmd
}

// plan makes a plan and shows it on standard output.
func (e *env) plan(ctx context.Context, c *config.Config, o preview.Options, found *advice.Result) error {
	limitRun(e.environment.Lookup, c)
	o.Stdin, o.Now, o.Wire = e.stdin, e.now, e.wire
	o.Args = c.Invocation.Args(nil)
	made, err := preview.Make(ctx, c, o)
	if made == nil {
		return err
	}
	return errors.Join(e.printPlan(c, o, made, found), withHint(made.Stops, advice.Hint(made.Stops)), err)
}

// printPlan shows a plan, and fills found with what decides the exit code.
func (e *env) printPlan(c *config.Config, o preview.Options, made *preview.Plan, found *advice.Result) error {
	shown := made.Forecast
	found.Read, found.Outcomes, found.Parked, found.Allowed = shown.Records, made.Outcomes, shown.Parked.Settled(), c.Output.AllowRejects
	found.Detailed.Changes = shown.Sends() > 0
	if made.Kept {
		shown.Plan, shown.Next = o.Out, exit.CommandLine("apply", o.Out)
	} else if shown.Sends() > 0 && made.Stops == nil { // otherwise a run would stop too
		shown.Next = runCommandLine(c, shown.Inputs)
	}
	if c.Output.JSON {
		return report.WriteForecast(e.stdout, shown)
	}
	return report.PrintForecast(e.stdout, shown)
}

// runCommandLine is the run that does what was planned; empty for standard input.
func runCommandLine(c *config.Config, paths []string) string {
	if slices.Contains(paths, "-") {
		return ""
	}
	return c.Invocation.Without(dryRunFlag, "json").Command("run", c.Invocation.Files...)
}

// withHint adds a hint to an error that has none.
func withHint(err error, hint string) error {
	if _, known := advice.Printed(err); err == nil || known {
		return err
	}
	return &exit.Error{Err: err, Hint: hint}
}
