package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/erasure"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
)

func ledgerForget(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "forget ID",
		Short: "Erase a user from the ledger and from the directories of runs",
		Long: "forget erases a user for good. In every run below --runs-dir that went to the same API, host and account, and in\n" +
			"rehearsals for the same API, the user's rows lose the id, the API's key, every value and every text; record, outcome\n" +
			"and code stay, so that `usersync verify` still adds up. Then the user leaves the ledger, from the disk as well, and the\n" +
			"next run takes one who is still in the input as new.\n\n" +
			"A run that can still be resumed needs what it knows of its users. If one holds the id nothing is erased, exit 2: go on\n" +
			"with it first. A second call finishes what a killed one has begun. Inputs, plans, copies that --results named, logs\n" +
			"and backups are not touched, nor are runs that went elsewhere. Without a ledger give --ledger none.",
		Example: "  usersync ledger forget 4711",
		Args:    ledgerArguments("ID"),
	}
	load := addSettings(e, cmd, config.ForLedger)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		done, err := forget(cmd.Context(), c, args[0])
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(e.stdout, done)
		return err
	}
	return cmd
}

// forget erases id under the lock that a run takes: none of the scope is under
// way meanwhile.
func forget(ctx context.Context, c *config.Config, id string) (done erasure.Done, err error) {
	if c.Target.Sandbox {
		return done, exit.Usage(errors.New("open the ledger: the sandbox's ledger lies in the run's own directory"), "set sandbox to false: rehearsals are erased too", "")
	}
	err = connect.WithLease(ctx, c, history.AddressEvidence(c), func(l *connect.Lease, scope journal.Scope) (err error) {
		done, err = erasure.Erase(ctx, l.Ledger, c.Output.RunsDir, scope, id)
		return err
	})
	return done, err
}
