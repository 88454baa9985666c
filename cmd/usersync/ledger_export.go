package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
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
		out := &output{to: e.stdout}
		err := l.Admin().Export(ctx, out)
		if out.err == nil {
			return err
		}
		hint := "make room where standard output goes; what was written is incomplete"
		if errors.Is(out.err, syscall.EPIPE) {
			hint = "the command that read the output ended first, as head does; what it read is incomplete"
		}
		return &exit.Error{Err: fmt.Errorf("write the export: %w", out.err), Code: exit.Temporary, Hint: hint}
	})
}

// output keeps the first error of a writer: what fails there is no fault of the ledger.
type output struct {
	to  io.Writer
	err error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.to.Write(p)
	if o.err == nil {
		o.err = err
	}
	return n, err
}
