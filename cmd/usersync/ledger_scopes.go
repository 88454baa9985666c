package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/inventory"
	"usersync/cmd/usersync/internal/terminal"
	"usersync/sync/ledger"
)

func ledgerScopes(e *env) *cobra.Command {
	return onLedger(e, &cobra.Command{
		Use:   "scopes",
		Short: "List the scopes of the ledger: API, base URL and account",
		Long:  "scopes lists the scopes of the ledger by their names, as move-scope takes them.",
		Args:  ledgerArguments(),
	}, connect.Counting, func(ctx context.Context, l *ledger.Ledger, _ []string) error {
		all, err := l.Admin().Scopes(ctx, "")
		if err != nil {
			return err
		}
		return inventory.WriteScopes(e.stdout, terminal.Columns(e.stdout), all)
	})
}

func ledgerAbandon(e *env) *cobra.Command {
	return onLedger(e, &cobra.Command{
		Use:   "abandon RUN",
		Short: "Give up an unfinished run that cannot be resumed where it started",
		Long: "abandon gives up an unfinished run whose journal cannot be read from here, because its\n" +
			"machine or its runs directory no longer exists. What it did last is unknown, so the next\n" +
			"run sends every user again. Make sure that the run is no longer working. If it can still be resumed,\n" +
			"do that instead: usersync resume RUN, where it started.",
		Example: "  usersync ledger abandon 20261124T021500Z-a1b2c3",
		Args:    ledgerArguments("RUN"),
	}, connect.Writing, func(ctx context.Context, l *ledger.Ledger, args []string) error {
		if err := l.Runs().Abandon(ctx, args[0]); err != nil {
			return err
		}
		_, err := fmt.Fprintln(e.stdout, "abandoned; the next run sends every user again")
		return err
	})
}
