package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/terminal"
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
		out := &terminal.Output{To: e.stdout}
		err := l.Admin().Export(ctx, out)
		if out.Err == nil {
			return err
		}
		hint := "make room where standard output goes; what was written is incomplete"
		if errors.Is(out.Err, syscall.EPIPE) {
			hint = "the command that read the output ended first, as head does; what it read is incomplete"
		}
		return &exit.Error{Err: fmt.Errorf("write the export: %w", out.Err), Code: exit.Temporary, Hint: hint}
	})
}
