package main

import (
	"context"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/sync/ledger"
)

func ledgerScopes(e *env) *cobra.Command {
	return onLedger(e, &cobra.Command{
		Use:   "scopes",
		Short: "List the scopes of the ledger: destination, address and account",
		Long:  "scopes lists the scopes of the ledger by their names, as move-scope takes them.",
		Args:  ledgerArguments(),
	}, connect.Reading, func(ctx context.Context, l *ledger.Ledger, _ []string) error {
		all, err := l.Admin().Scopes(ctx, "")
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(e.stdout, 0, 8, 2, ' ', 0)
		fmt.Fprintf(table, "scope\tdestination\tholds_users\n")
		for _, s := range all {
			fmt.Fprintf(table, "%s\t%s\t%t\n", s.Name, s.Destination, s.Entries)
		}
		return table.Flush()
	})
}

func ledgerMoveScope(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "move-scope OLD NEW",
		Short: "Say that an account has got another address",
		Long: "move-scope gives a scope of the ledger another name: the same account, with the same users, is reached at another\n" +
			"address now. Users, runs and rules stay as they are. Both are named as `usersync ledger scopes` lists them. A scope\n" +
			"that holds users already is not taken: two accounts cannot be made one.",
		Example: "  usersync ledger move-scope 'kard|https://old.example.com|org' 'kard|https://new.example.com|org'",
		Args:    ledgerArguments("OLD", "NEW"),
	}
	load := addSettings(e, cmd, config.ForLedger)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		if err := connect.MoveScope(cmd.Context(), c, args[0], args[1]); err != nil {
			return err
		}
		_, err = fmt.Fprintln(e.stdout, "moved")
		return err
	}
	return cmd
}

func ledgerAbandon(e *env) *cobra.Command {
	return onLedger(e, &cobra.Command{
		Use:   "abandon RUN",
		Short: "Give up a run that did not end, and that cannot be resumed where it was begun",
		Long: "abandon gives up a run that did not end, and whose journal cannot be read from here: its machine or its runs directory\n" +
			"is gone. Nobody can tell what it did last, so that the next run sends every user once more. Make sure that the run\n" +
			"does not work any more. One that can still be resumed should be: `usersync resume RUN`, where it was begun.",
		Example: "  usersync ledger abandon 20261124T021500Z-a1b2c3",
		Args:    ledgerArguments("RUN"),
	}, connect.Writing, func(ctx context.Context, l *ledger.Ledger, args []string) error {
		if err := l.Runs().Abandon(ctx, args[0]); err != nil {
			return err
		}
		_, err := fmt.Fprintln(e.stdout, "abandoned; the next run sends every user once more")
		return err
	})
}
