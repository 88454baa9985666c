package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/ledger"
)

func ledgerCommand(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "Inspect and repair the ledger: what usersync knows the API holds",
		Long: "ledger works on the ledger in the config, within the scope of a run with the same\n" +
			"settings: API, base URL and account. show, stats, scopes, parked and export only read;\n" +
			"the others take the same lock as a run. Nothing is sent.",
	}
	cmd.AddCommand(ledgerShow(e), ledgerStats(e), ledgerParked(e), ledgerExport(e), ledgerImport(e), ledgerResolve(e), ledgerForget(e),
		ledgerRename(e), ledgerScopes(e), ledgerMoveScope(e), ledgerAbandon(e))
	return cmd
}

// onLedger makes cmd call do with the ledger of its config.
func onLedger(e *env, cmd *cobra.Command, a connect.Access, do func(ctx context.Context, l *ledger.Ledger, args []string) error) *cobra.Command {
	load := addSettings(e, cmd, setting.ForLedger)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		return connect.WithLedger(cmd.Context(), c, a, history.AddressEvidence(c), func(l *ledger.Ledger) error { return do(cmd.Context(), l, args) })
	}
	return cmd
}

// ledgerArguments makes cmd take exactly one argument for each name.
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
