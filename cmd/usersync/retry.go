package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
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
	load, find := addSettings(e, cmd, config.ForRetry), runArguments(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		own, err := load()
		if err != nil {
			return err
		}
		run, err := find(own.Output.RunsDir, firstOf(args), func(p *journal.Past) bool { return p.Begun && p.Over() })
		if err != nil {
			return err
		}
		o, err := e.retrying(run, cmd)
		if err != nil {
			return err
		}
		if o.retried.Count == 0 {
			_, err := fmt.Fprintf(e.stderr, "run %s has no rejects: there is nothing to retry\n", run.ID)
			return err
		}
		return e.send(cmd.Context(), o, found)
	}
	return cmd
}

// retrying are the options that send the rejects of a run again.
func (e *env) retrying(run *history.Run, now *cobra.Command) (o runOptions, err error) {
	if run.Journal.Resumable() {
		return o, exit.Usage(fmt.Errorf("retry run %s: it is not over", run.ID), "go on with it first", exit.CommandLine("resume", run.Path()))
	}
	rejects, err := history.ReadRejects(run.Dir, run.ID)
	if err != nil {
		return o, fmt.Errorf("retry run %s: %w", run.ID, err)
	}
	c, err := settingsOf(e, run.Journal.Header, now)
	if err != nil {
		return o, err
	}
	c.Proof.Spare()
	o = runOptions{config: c, retried: retrial{Rejects: rejects, trailer: c.Proof.Trailer}, files: []string{rejects.Path}}
	c.Invocation.Files = o.files
	if c.RunDigest() != run.Journal.Header.ConfigSHA256 || c.MappingDigest() != run.Journal.Header.MappingSHA256 {
		return o, exit.Usage(fmt.Errorf("retry run %s: the settings or the mapping are not those that it ran with; nothing was sent", run.ID),
			"its rejects are an input like any other: run them with the settings of now", c.Invocation.Again(rejects.Path))
	}
	return o, nil
}

// retriedFacts tells how many of the rejects are settled now.
func (j *job) retriedFacts(o writer.Outcomes) *report.Retried {
	if j.retried.Run == "" {
		return nil
	}
	return &report.Retried{Run: j.retried.Run, Rejects: j.retried.Count, Settled: o.Total() - o.Rejected()}
}
