package main

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/journal"
	"usersync/writer/report"
	"usersync/writer/verify"
)

func verifyCommand(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify [RUN|--last]",
		Short: "Check that a run's files agree with each other",
		Long: "verify reads results, rejects, summary and journal of a run, and makes no calls. Every\n" +
			"record must be in results once and in order, rejects must hold exactly the rejected\n" +
			"records, every outcome of a call must be the one in the journal, and all counts must\n" +
			"agree. If the run was killed, verify checks up to the last checkpoint: resume cuts off\n" +
			"the rest. It prints what does not agree, with file and line. RUN is a run's name or\n" +
			"directory.\n\n" +
			"Exit codes: 0 all files agree; 1 they do not; 2 there is no such run.",
		Example: "  usersync verify\n  usersync verify runs/20261122T021500Z-k3q7ab",
		Args:    atMostOneRun,
	}
	load, find := addSettings(e, cmd, setting.ForVerify), runArguments(cmd)
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

// printVerdict prints what does not agree, then what was checked.
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
	for _, note := range v.Notes {
		note.File = filepath.Join(run.Path(), note.File)
		if _, err := fmt.Fprintln(w, note); err != nil {
			return fmt.Errorf("write the findings: %w", err)
		}
	}
	if _, err := fmt.Fprintf(w, "run %s: %s, %s; %s\n", run.ID, exit.Plural(v.Records, "result"), exit.Plural(v.Rejects, "reject"), checked(f, run.Journal)); err != nil {
		return fmt.Errorf("write what was checked: %w", err)
	}
	if n := len(v.Findings) + v.More; n > 0 {
		return problems(run, f.Erasing, n)
	}
	return nil
}

// problems says what n problems mean: a resume repairs those after the last checkpoint.
func problems(run *history.Run, erasing bool, n int) error {
	e := &exit.Error{Err: fmt.Errorf("verify run %s: %s", run.ID, exit.Plural(n, "problem")), Code: exit.Internal,
		Hint: "someone changed the files, the disk lost data, or usersync has a bug"}
	if erasing {
		e.Hint = "an erasure was interrupted while it replaced the files: run usersync ledger forget again for the same id, which finishes it"
		return e
	}
	f, err := run.Files()
	if err != nil {
		return e
	}
	defer f.Close()
	if f.Ended().Journal.State != report.Stopped {
		return e
	}
	f.Journal.State, f.Journal.Bytes = "", 0 // as if it had been killed
	if len(verify.Check(f.Files).Findings) == 0 {
		e.Hint = fmt.Sprintf("the files agree up to the last checkpoint, at record %d; what comes after it is written again when the run is continued", run.Journal.Checkpoint.Record)
		e.Next = nextOf(run, f.Summary)
	}
	return e
}

// nextOf is the command that continues a run which has stopped.
func nextOf(run *history.Run, s *report.Summary) string {
	if s != nil && s.Next != "" {
		return s.Next
	}
	return exit.CommandLine("resume", run.Path())
}

// checked says which files were checked, and how far.
func checked(f *history.Files, p *journal.History) string {
	switch {
	case p.End != nil && p.End.State == journal.Absorbed:
		return fmt.Sprintf("run %s superseded it: checked up to its last checkpoint, at record %d", p.End.By, p.Checkpoint.Record)
	case p.End == nil && f.Ended().Journal.State == "":
		return fmt.Sprintf("it has no end (killed, still running, or its end could not be written): checked up to the last checkpoint, at record %d", p.Checkpoint.Record)
	case f.Summary == nil:
		return "checked results, rejects and journal; there is no summary"
	}
	return "checked results, rejects, journal and summary"
}
