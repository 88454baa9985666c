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
	"usersync/reader/place"
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
	load, find := addSettings(e, cmd, config.ForPublish), runArguments(cmd)
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
	hint := "the run is finished, and its files are in " + dir + "; the next run that publishes there uploads them, too"
	if e, ok := errors.AsType[*place.Error](err); ok && e.Hint != "" {
		hint = e.Hint + "; " + hint
	}
	return n, &exit.Error{Err: err, Code: exit.Temporary, Hint: hint, Next: c.PublishCommand(dir)}
}

// conclude releases a run and then uploads what is to be published, if the settings ask for it; err is
// how the run ended. The account is free while the files are on their way.
func (s *sender) conclude(ctx context.Context, err error) error {
	err = errors.Join(err, s.release())
	_, tried := errors.AsType[*publish.Error](err) // by the merge of a run
	if s.summary == nil || tried {
		return err
	}
	return errors.Join(err, s.uploadWaiting(ctx))
}

// uploadWaiting uploads the runs that are to be published at the place that the settings name, the
// oldest first: this run, and others whose upload has failed, or whose process was killed before it.
func (s *sender) uploadWaiting(ctx context.Context) error {
	c := s.config
	waiting, err := publish.Waiting(c.Output.RunsDir)
	if err != nil {
		dir := filepath.Join(c.Output.RunsDir, s.summary.Run)
		err = &exit.Error{Err: fmt.Errorf("find the runs to publish: %w", err), Code: exit.Temporary, Hint: "the run has ended, and its files are in " + dir, Next: c.PublishCommand(dir)}
	}
	for _, p := range waiting {
		if p.URL != c.Output.Publish {
			s.terminal.Log.Warn("a run is not published: its files were to go elsewhere", zap.String("run", p.Run), zap.String("publish", p.URL),
				zap.String("next", exit.CommandLine("publish", "--publish", p.URL, filepath.Join(c.Output.RunsDir, p.Run))))
			continue
		}
		if ctx.Err() != nil && p.Run != s.summary.Run {
			continue // the next run uploads it
		}
		_, failed := upload(ctx, c, c.Output.RunsDir, p.Run)
		if failed == nil {
			s.terminal.Log.Info("published the files of the run", zap.String("run", p.Run), zap.String("publish", p.URL))
		} else if err = errors.Join(err, failed); isAway(ctx, failed) {
			break
		}
	}
	return err
}

// isAway reports whether other files cannot be uploaded now, either.
func isAway(ctx context.Context, err error) bool {
	_, is := place.KindOf(err)
	return is || ctx.Err() != nil
}
