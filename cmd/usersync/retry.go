package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/run"
	"usersync/sync/journal"
)

func retryCommand(e *env, found *result) *cobra.Command {
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
		from, err := find(own.Output.RunsDir, firstOf(args), func(p *journal.History) bool { return p.Begun && p.Over() })
		if err != nil {
			return err
		}
		rejects, err := run.RejectsOf(from)
		if err != nil {
			return err
		}
		c, err := settingsOf(e, from.Journal.Header, cmd)
		if err != nil {
			return err
		}
		o, err := run.Retry(c, from, rejects)
		if err != nil {
			return err
		}
		if rejects.Count == 0 {
			return e.note(cmd, fmt.Sprintf("run %s has no rejects: there is nothing to retry", from.ID), "", "")
		}
		return e.send(cmd.Context(), c, o, found)
	}
	return cmd
}
