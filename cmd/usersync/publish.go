package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/publish"
	"usersync/cmd/usersync/internal/setting"
	"usersync/reader/place"
	"usersync/sync/journal"
	"usersync/writer/report"
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
		run, err := find(c.Output.RunsDir, firstOf(args), isFinished)
		if err != nil {
			return err
		}
		if !isFinished(run.Journal) {
			return exit.Usage(fmt.Errorf("publish run %s: it is not finished", run.ID), "continue it first", exit.CommandLine("resume", run.Path()))
		}
		n, err := upload(cmd.Context(), c, run.Dir, run.ID)
		if err != nil {
			return err
		}
		return e.note(cmd, fmt.Sprintf("published %s of run %s under %s", exit.Plural(n, "file"), run.ID, c.Output.Publish), "", "")
	}
	return cmd
}

// isFinished reports whether every record of a run has its outcome.
func isFinished(h *journal.History) bool { return h.End != nil && h.End.State == journal.Finished }

// upload uploads the files of a finished run. An error is an *exit.Error with the next command: the
// files are still there.
func upload(ctx context.Context, c *config.Config, runsDir, run string) (int, error) {
	n, err := publish.Run(ctx, c.Places, c.Output.Publish, runsDir, run)
	if err == nil {
		return n, nil
	}
	dir := filepath.Join(runsDir, run)
	hint := "the run is finished, and its files are in " + dir
	if e, ok := errors.AsType[*place.Error](err); ok && e.Hint != "" {
		hint = e.Hint + "; " + hint
	}
	return n, &exit.Error{Err: err, Code: exit.Temporary, Hint: hint, Next: c.PublishCommand(dir)}
}

// conclude releases a run and then uploads its files, if it is finished and the settings ask for
// it; err is how the run ended. The account is free while the files are on their way.
func (s *sender) conclude(ctx context.Context, err error) error {
	err = errors.Join(err, s.release())
	c := s.config
	if c.Output.Publish == "" || s.summary == nil || s.summary.State != report.Finished {
		return err
	}
	_, failed := upload(ctx, c, c.Output.RunsDir, s.summary.Run)
	if failed == nil {
		s.terminal.Log.Info("published the files of the run", zap.String("run", s.summary.Run), zap.String("publish", c.Output.Publish))
	}
	return errors.Join(err, failed)
}
