package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/run"
	"usersync/sync/journal"
)

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
		from, err := find(own.Output.RunsDir, firstOf(args), func(p *journal.Past) bool { return p.Begun && p.Over() })
		if err != nil {
			return err
		}
		c, o, err := e.retrying(from, cmd)
		if err != nil {
			return err
		}
		if o.Retried.Count == 0 {
			_, err := fmt.Fprintf(e.stderr, "run %s has no rejects: there is nothing to retry\n", from.ID)
			return err
		}
		return e.send(cmd.Context(), c, o, found)
	}
	return cmd
}

// retrying are the options that send the rejects of a run again.
func (e *env) retrying(from *history.Run, now *cobra.Command) (c *config.Config, o run.Options, err error) {
	if from.Journal.Resumable() {
		return nil, o, exit.Usage(fmt.Errorf("retry run %s: it is not over", from.ID), "go on with it first", exit.CommandLine("resume", from.Path()))
	}
	rejects, err := history.ReadRejects(from.Dir, from.ID)
	if err != nil {
		return nil, o, fmt.Errorf("retry run %s: %w", from.ID, err)
	}
	c, err = settingsOf(e, from.Journal.Header, now)
	if err != nil {
		return nil, o, err
	}
	c.Proof.Spare()
	o = run.Options{Retried: run.Retried{Rejects: rejects, Trailer: c.Proof.Trailer}, Files: []string{rejects.Path}}
	c.Invocation.Files = o.Files
	if c.RunDigest() != from.Journal.Header.ConfigSHA256 || c.MappingDigest() != from.Journal.Header.MappingSHA256 {
		return nil, o, exit.Usage(fmt.Errorf("retry run %s: the settings or the mapping are not those that it ran with; nothing was sent", from.ID),
			"its rejects are an input like any other: run them with the settings of now", c.Invocation.Again(rejects.Path))
	}
	return c, o, nil
}
