package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/ledger"
)

func ledgerCommand(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "Look into what is remembered of the API, and mend it",
		Long: "ledger works on the ledger of the config, in the scope that a run with the same settings has: API, host and account.\n" +
			"show, stats, scopes and export only read; the others take the lock that a run takes. Nothing is sent.",
	}
	cmd.AddCommand(ledgerShow(e), ledgerStats(e), ledgerExport(e), ledgerImport(e), ledgerResolve(e), ledgerForget(e),
		ledgerRename(e), ledgerScopes(e), ledgerMoveScope(e), ledgerAbandon(e))
	return cmd
}

// onLedger lets cmd run do on the ledger of its config.
func onLedger(e *env, cmd *cobra.Command, a connect.Access, do func(ctx context.Context, l *ledger.Ledger, args []string) error) *cobra.Command {
	load := addSettings(e, cmd, config.ForLedger)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		return connect.WithLedger(cmd.Context(), c, a, func(l *ledger.Ledger) error { return do(cmd.Context(), l, args) })
	}
	return cmd
}

// ledgerArguments refuses another number of arguments than cmd takes.
func ledgerArguments(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) && !slices.Contains(args, "") {
			return nil
		}
		takes := "no argument"
		if len(names) > 0 {
			takes = "one " + strings.Join(names, " and one ")
		}
		return exit.Usage(fmt.Errorf("read arguments: %s takes %s", cmd.CommandPath(), takes), "", cmd.CommandPath()+" --help")
	}
}
