package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/reports"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/journal"
)

func reportCommand(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report [RUN|--last]",
		Short: "Write the report of a run, or an index of all runs, as a web page",
		Long: "report writes report.html in the directory of a run: what was asked, how the records\n" +
			"add up, why some were rejected, how the run went over time, where the time went, and\n" +
			"how it compares with earlier runs. Every run writes it when it ends; this writes it\n" +
			"again. Without RUN and --last it writes index.html in --runs-dir: all runs, with their\n" +
			"trends. A page is one file, needs no network, and holds no data of users. report makes\n" +
			"no calls.\n\n" +
			"Exit codes: 0 the page is written; 2 there is no such run, or it has no summary.",
		Example: "  usersync report\n  usersync report --last\n  usersync report runs/20261122T021500Z-k3q7ab",
		Args:    atMostOneRun,
	}
	load, find := addSettings(e, cmd, setting.ForVerify), runArguments(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		if firstOf(args) == "" && !cmd.Flags().Changed("last") {
			return e.writeIndex(c.Output.RunsDir)
		}
		found, err := find(c.Output.RunsDir, firstOf(args), func(p *journal.History) bool { return p.Begun })
		if err != nil {
			return err
		}
		return e.writeAgain(found.Dir, found.ID)
	}
	return cmd
}

// writeAgain writes the report of a run that has ended.
func (e *env) writeAgain(runsDir, run string) error {
	s, err := reports.Summary(runsDir, run)
	if missing, ok := errors.AsType[*reports.NoSummaryError](err); ok {
		return exit.Usage(missing, "wait until it ends, or continue it", exit.CommandLine("resume", reports.Dir(runsDir, run)))
	}
	if err != nil {
		return err
	}
	if err := reports.Write(runsDir, s); err != nil {
		return fmt.Errorf("write the report of run %s: %w", run, err)
	}
	return e.printPath(reports.Path(runsDir, run))
}

// writeIndex writes the index of all runs.
func (e *env) writeIndex(runsDir string) error {
	path, n, err := reports.Index(runsDir)
	if foreign, ok := errors.AsType[*reports.ForeignError](err); ok {
		return exit.Usage(foreign, "move that file away", exit.CommandLine("report", "--runs-dir", runsDir))
	}
	if err != nil {
		return fmt.Errorf("write the index of the runs: %w", err)
	}
	if n == 0 {
		return exit.Usage(fmt.Errorf("write the index of the runs: no run in %s has a summary", runsDir), "a run has one once it ends; continue one that was killed, or check --runs-dir", "usersync report --help")
	}
	return e.printPath(path)
}

func (e *env) printPath(path string) error {
	if _, err := fmt.Fprintln(e.stdout, path); err != nil {
		return fmt.Errorf("print the path of the page: %w", err)
	}
	return nil
}
