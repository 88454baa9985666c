package main

import (
	"context"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/inventory"
	"usersync/cmd/usersync/internal/terminal"
	"usersync/sync/ledger"
)

func ledgerStats(e *env) *cobra.Command {
	return onLedger(e, &cobra.Command{
		Use:   "stats",
		Short: "Count the users in the ledger, in all its scopes",
		Args:  ledgerArguments(),
	}, connect.Counting, func(ctx context.Context, l *ledger.Ledger, _ []string) error {
		all, err := l.Admin().Stats(ctx)
		if err != nil {
			return err
		}
		return inventory.WriteStats(e.stdout, terminal.Columns(e.stdout), all)
	})
}
