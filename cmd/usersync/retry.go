package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/writer"
	"usersync/writer/report"
)

// retrial is the run whose rejects are sent again.
type retrial struct {
	history.Rejects
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
func (e *env) retrying(run *history.Run, now *cobra.Command) (*job, error) {
	if run.Journal.Resumable() {
		return nil, exit.Usage(fmt.Errorf("retry run %s: it is not over", run.ID), "go on with it first", exit.CommandLine("resume", run.Path()))
	}
	rejects, err := history.ReadRejects(run.Dir, run.ID)
	if err != nil {
		return nil, fmt.Errorf("retry run %s: %w", run.ID, err)
	}
	c, cmd, err := settingsOf(e, run.Journal.Header, now)
	if err != nil {
		return nil, err
	}
	again := retrial{Rejects: rejects, trailer: c.Proof.trailer}
	c.Proof.spare()
	j := &job{env: e, config: c, started: e.now(), retried: again, paths: []string{rejects.Path}}
	c.typed.files = j.paths
	j.again = func(files ...string) string { return typed{flags: flagsOf(cmd)}.command(cmd.Name(), files...) }
	if c.planDigest() != run.Journal.Header.ConfigSHA256 || c.mappingDigest() != run.Journal.Header.MappingSHA256 {
		return nil, exit.Usage(fmt.Errorf("retry run %s: the settings or the mapping are not those that it ran with; nothing was sent", run.ID),
			"its rejects are an input like any other: run them with the settings of now", j.again(rejects.Path))
	}
	if rejects.Count == 0 {
		_, err := fmt.Fprintf(e.stderr, "run %s has no rejects: there is nothing to retry\n", run.ID)
		return nil, err
	}
	return j, nil
}

// retriedFacts tells how many of the rejects are settled now.
func (j *job) retriedFacts(o writer.Outcomes) *report.Retried {
	if j.retried.Run == "" {
		return nil
	}
	return &report.Retried{Run: j.retried.Run, Rejects: j.retried.Count, Settled: o.Total() - o.Rejected()}
}
