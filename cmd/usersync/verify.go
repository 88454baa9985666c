package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/journal"
	"usersync/writer"
	"usersync/writer/report"
	"usersync/writer/rundir"
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
	load, find := addSettings(e, cmd, "runs_dir", "log_format"), runArguments(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		run, err := find(c.Output.RunsDir, firstOf(args), func(p *journal.Past) bool { return p.Begun })
		if err != nil {
			return err
		}
		return run.verify(e.stdout)
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

// verify prints what does not agree, and what was checked.
func (r runName) verify(w io.Writer) error {
	past, err := r.past()
	if err != nil {
		return err
	}
	f := leftFiles{run: r}
	defer f.close()
	if err := f.open(past); err != nil {
		return noRun(fmt.Errorf("verify run %s: %w", r.id, err))
	}
	v := verify.Check(f.Files)
	for _, finding := range v.Findings {
		finding.File = filepath.Join(r.path(), finding.File)
		if _, err := fmt.Fprintln(w, finding); err != nil {
			return fmt.Errorf("write the findings: %w", err)
		}
	}
	if _, err := fmt.Fprintf(w, "run %s: %d results, %d rejects; %s\n", r.id, v.Records, v.Rejects, f.checked(past)); err != nil {
		return fmt.Errorf("write what was checked: %w", err)
	}
	if n := len(v.Findings) + v.More; n > 0 {
		return &exit.Error{Err: fmt.Errorf("verify run %s: %d things do not agree", r.id, n), Code: exit.Internal,
			Hint: "somebody changed the files, the disk lost something, or usersync is wrong"}
	}
	return nil
}

// leftFiles are the files that a run has left behind, open.
type leftFiles struct {
	verify.Files
	run   runName
	files []io.Closer
}

func (f *leftFiles) open(past *journal.Past) error {
	dir, err := rundir.Open(f.run.runsDir, f.run.id)
	if err != nil {
		return err
	}
	f.files = append(f.files, dir)
	if f.Results, err = f.text(dir, "results"); err != nil {
		return err
	}
	if f.Rejects, err = f.text(dir, "rejects"); err != nil {
		return err
	}
	if f.Summary, err = f.summary(dir); err != nil {
		return err
	}
	diary, err := dir.Read(journalFile)
	if err != nil {
		return err
	}
	f.files = append(f.files, diary)
	f.Journal = journalFacts(past)
	f.Journal.Notes = notesOf(diary, past.Size)
	return nil
}

// text opens a file in the format that it has.
func (f *leftFiles) text(dir *rundir.Dir, name string) (writer.FileText, error) {
	var missing error
	for _, format := range []writer.Format{writer.FormatCSV, writer.FormatJSONL} {
		file, err := dir.Read(name + "." + string(format))
		if err == nil {
			f.files = append(f.files, file)
			return writer.FileText{Name: filepath.Base(file.Name()), Format: format, Text: file}, nil
		}
		if missing = err; !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return writer.FileText{}, missing
}

// summary reads the summary; nil if there is none, as after a kill -9.
func (f *leftFiles) summary(dir *rundir.Dir) (*report.Summary, error) {
	text, err := os.ReadFile(filepath.Join(dir.Path(), "summary.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var s report.Summary
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return nil, fmt.Errorf("read summary.json: %w", err)
	}
	return &s, nil
}

func (f *leftFiles) close() {
	for _, c := range f.files {
		c.Close() // they were only read
	}
}

// checked says what was compared.
func (f *leftFiles) checked(p *journal.Past) string {
	switch {
	case p.End == nil:
		return fmt.Sprintf("killed, or still under way: checked up to the last mark, at record %d", p.Mark.Record)
	case f.Summary == nil:
		return "checked results, rejects and journal; there is no summary"
	}
	return "checked results, rejects, journal and summary"
}
