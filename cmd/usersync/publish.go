package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/job"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/journal"
)

func publishCommand(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "publish [RUN|--last]",
		Short: "Upload the files of a run",
		Long: "publish uploads results, rejects, report and summary of a finished run to a folder of its\n" +
			"name under the URL of --publish, or of publish: in the config. The summary comes last:\n" +
			"once it is there, all files are. What is there is replaced. run does the same when it\n" +
			"ends; publish repeats it after the place could not be reached. RUN is a run's name or\n" +
			"directory.\n\n" +
			"Exit codes: 0 all files are there; 2 the run is not finished, or no URL is named; 5 the\n" +
			"place cannot be reached, or refuses the files.",
		Example: "  usersync publish --publish s3://bucket/runs\n  usersync publish runs/20261122T021500Z-k3q7ab",
		Args:    atMostOneRun,
	}
	load, find := addSettings(e, cmd, setting.ForPublish), runArguments(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		if c.Output.Publish == "" {
			return exit.Usage(errors.New("publish: no URL is named"), "write publish: URL in the config, or give --publish", "usersync publish --help")
		}
		if err := c.CheckPublish(); err != nil {
			return err
		}
		run, err := find(c.Output.RunsDir, firstOf(args), isFinished)
		if err != nil {
			return err
		}
		if !isFinished(run.Journal) {
			return exit.Usage(fmt.Errorf("publish run %s: it is not finished", run.ID), "continue it first", exit.CommandLine("resume", run.Path()))
		}
		n, err := job.Upload(cmd.Context(), c, run.Dir, run.ID)
		if err != nil {
			return err
		}
		return e.note(cmd, fmt.Sprintf("published %s of run %s under %s", exit.Plural(n, "file"), run.ID, c.Output.Publish), "", "")
	}
	return cmd
}

// isFinished reports whether every record of a run has its outcome.
func isFinished(h *journal.History) bool { return h.End != nil && h.End.State == journal.Finished }
