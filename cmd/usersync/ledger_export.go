package main

import (
	"context"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/connect"
	"usersync/sync/ledger"
)

func ledgerExport(e *env) *cobra.Command {
	return onLedger(e, &cobra.Command{
		Use:   "export",
		Short: "Write the ledger as JSON Lines to standard output",
		Long: "export writes the scope as JSON Lines: a header, then one line per user, with\n" +
			"fingerprints in hex. It holds ids, but no field values. You can import it into a\n" +
			"ledger that has the same key.",
		Example: "  usersync ledger export > ledger.jsonl",
		Args:    ledgerArguments(),
	}, connect.Reading, func(ctx context.Context, l *ledger.Ledger, _ []string) error {
		return l.Admin().Export(ctx, e.stdout)
	})
}
