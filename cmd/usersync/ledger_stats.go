package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/connect"
	"usersync/sync/ledger"
	"usersync/sync/visible"
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
		table := visible.NewTabs(e.stdout)
		fmt.Fprintf(table, "scope\tfeed\theld\taccepted\tpending\tgeneration\n")
		for _, s := range all {
			fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%d\n", s.Scope, s.Feed, s.Present, s.Accepted, s.Pending, s.Generation)
		}
		return table.Flush()
	})
}
