package main

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/writer/verify"
)

func verifyCommand(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify [RUN|--last]",
		Short: "Check what a run has left behind against itself",
		Long: "verify reads results, rejects, summary and journal of a run, and calls nobody. Each record must stand in results\n" +
			"once and in order, the rejects must be exactly the rejected ones, every outcome by a call must be that of the journal,\n" +
			"and all counts must agree. Of a run that was killed it checks what lies before its last mark: a resume cuts off the\n" +
			"rest. It prints what does not agree, with file and line. Exit code 0: all agrees; 1: something does not; 2: there is\n" +
			"no such run. RUN is a run's name or directory.",
		Example: "  usersync verify\n  usersync verify runs/20261122T021500Z-k3q7ab",
		Args:    atMostOneRun,
	}
	load, find := addSettings(e, cmd, config.ForVerify), runArguments(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		run, err := find(c.Output.RunsDir, firstOf(args), func(p *journal.History) bool { return p.Begun })
		if err != nil {
			return err
		}
		return printVerdict(e.stdout, run)
	}
	return cmd
}

func atMostOneRun(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return exit.Usage(fmt.Errorf("read arguments: %s takes one run", cmd.Name()), "name one", "usersync "+cmd.Name()+" --help")
	}
	return nil
}

func firstOf(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

// printVerdict prints what does not agree, and what was checked.
func printVerdict(w io.Writer, run *history.Run) error {
	f, err := run.Files()
	if err != nil {
		return fmt.Errorf("verify run %s: %w", run.ID, err)
	}
	defer f.Close()
	v := verify.Check(f.Files)
	for _, finding := range v.Findings {
		finding.File = filepath.Join(run.Path(), finding.File)
		if _, err := fmt.Fprintln(w, finding); err != nil {
			return fmt.Errorf("write the findings: %w", err)
		}
	}
	if _, err := fmt.Fprintf(w, "run %s: %d results, %d rejects; %s\n", run.ID, v.Records, v.Rejects, checked(f, run.Journal)); err != nil {
		return fmt.Errorf("write what was checked: %w", err)
	}
	if n := len(v.Findings) + v.More; n > 0 {
		return &exit.Error{Err: fmt.Errorf("verify run %s: %d things do not agree", run.ID, n), Code: exit.Internal,
			Hint: "somebody changed the files, the disk lost something, or usersync is wrong"}
	}
	return nil
}

// checked says what was compared.
func checked(f *history.Files, p *journal.History) string {
	switch {
	case p.End == nil:
		return fmt.Sprintf("killed, or still under way: checked up to the last mark, at record %d", p.Checkpoint.Record)
	case f.Summary == nil:
		return "checked results, rejects and journal; there is no summary"
	}
	return "checked results, rejects, journal and summary"
}
