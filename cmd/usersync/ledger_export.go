package main

import (
	"context"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/connect"
	"usersync/sync/ledger"
)

func ledgerExport(e *env) *cobra.Command {
	return onLedger(e, &cobra.Command{
		Use:     "export",
		Short:   "Write what is remembered as JSON Lines to standard output",
		Long:    "export writes the scope as JSON Lines: a header, then a line for each user, with the prints in hex. It holds ids, and no\nvalue of a field. An import takes it where the ledger has the same key.",
		Example: "  usersync ledger export > ledger.jsonl",
		Args:    ledgerArguments(),
	}, connect.Reading, func(ctx context.Context, l *ledger.Ledger, _ []string) error {
		return l.Admin().Export(ctx, e.stdout)
	})
}
