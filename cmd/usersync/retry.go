package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/journal"
	"usersync/writer"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// retrial is the run whose rejects are sent again.
type retrial struct {
	run     string
	rejects int    // of that run
	masked  bool   // some of them perhaps lack a secret
	runsDir string // where it lies
	trailer string // of its input, if that is no reject
}

func retryCommand(e *env, found *tally) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "retry [RUN|--last]",
		Short: "Send the rejects of a run again",
		Long: "retry runs the rejects of a run that is over with that run's own command line and config, from the directory where it\n" +
			"was begun, and says how many of them are settled now. Users in doubt are looked up first. A user of whom the ledger\n" +
			"learned something later is not sent, code superseded, unless --allow-stale is given. Secrets that the rejects mask are\n" +
			"taken from the files that the run has read: if these were changed or are gone it exits 2. What came from standard\n" +
			"input is not there to be read again, and such rows are not sent: see rejects_secrets. RUN is a run's name or directory.\n\n" + exitCodeTable(),
		Example: "  usersync retry\n  usersync retry runs/20261122T021500Z-k3q7ab",
		Args:    atMostOneRun,
	}
	load, find := addSettings(e, cmd, append(runSettings(), "allow_stale")...), runArguments(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		own, err := load()
		if err != nil {
			return err
		}
		run, err := find(own.Output.RunsDir, firstOf(args), func(p *journal.Past) bool { return p.Begun && p.Over() })
		if err != nil {
			return err
		}
		j, err := e.retrying(run, cmd)
		if err != nil || j == nil {
			return err
		}
		j.found = found
		return j.run(cmd.Context(), j.paths)
	}
	return cmd
}

// retrying is the job that sends the rejects of a run again; nil if it has none.
func (e *env) retrying(run runName, now *cobra.Command) (*job, error) {
	past, err := run.past()
	if err != nil {
		return nil, err
	}
	if past.Resumable() {
		return nil, exit.Usage(fmt.Errorf("retry run %s: it is not over", run.id), "go on with it first", exit.CommandLine("resume", run.path()))
	}
	path, again, err := run.rejects()
	if err != nil {
		return nil, noRun(fmt.Errorf("retry run %s: %w", run.id, err))
	}
	c, cmd, err := settingsOf(e, past.Header, now)
	if err != nil {
		return nil, err
	}
	again.trailer = c.Proof.trailer
	c.Proof.spare()
	j := &job{env: e, config: c, started: e.now(), retried: again, paths: []string{path}}
	c.typed.files = j.paths
	j.again = func(files ...string) string { return typed{flags: flagsOf(cmd)}.command(cmd.Name(), files...) }
	if c.planDigest() != past.Header.ConfigSHA256 || c.mappingDigest() != past.Header.MappingSHA256 {
		return nil, exit.Usage(fmt.Errorf("retry run %s: the settings or the mapping are not those that it ran with; nothing was sent", run.id),
			"its rejects are an input like any other: run them with the settings of now", j.again(path))
	}
	if again.rejects == 0 {
		_, err := fmt.Fprintf(e.stderr, "run %s has no rejects: there is nothing to retry\n", run.id)
		return nil, err
	}
	return j, nil
}

// rejects returns where the rejects of a run lie, and what is to be known of them.
func (r runName) rejects() (path string, t retrial, err error) {
	dir, err := rundir.Open(r.runsDir, r.id)
	if err != nil {
		return "", t, err
	}
	f := leftFiles{run: r, files: []io.Closer{dir}}
	defer f.close()
	text, err := f.text(dir, "rejects")
	if err != nil {
		return "", t, err
	}
	t.run, t.runsDir = r.id, r.runsDir
	for row, err := range writer.ReadRejects(text.Text, text.Name, text.Format) {
		if _, mended := errors.AsType[*writer.LineError](err); err != nil && !mended {
			return "", t, err
		}
		t.rejects++
		t.masked = t.masked || err != nil || strings.Contains(row.Text, writer.Mask)
	}
	return dir.Path() + "/" + text.Name, t, nil
}

// retriedFacts tells how many of the rejects are settled now.
func (j *job) retriedFacts(o writer.Outcomes) *report.Retried {
	if j.retried.run == "" {
		return nil
	}
	return &report.Retried{Run: j.retried.run, Rejects: j.retried.rejects, Settled: o.Total() - o.Rejected()}
}
