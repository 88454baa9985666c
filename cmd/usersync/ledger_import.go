package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/ledger"
)

func ledgerImport(e *env) *cobra.Command {
	return onLedger(e, &cobra.Command{
		Use:   "import FILE|-",
		Short: "Import an export, all of it or nothing",
		Long: "import reads an export in one transaction. Its users replace those with the same id;\n" +
			"others stay. The ledger must have the key that the export was made with: copy FILE.key,\n" +
			"or set ledger_key.",
		Example: "  usersync ledger import ledger.jsonl",
		Args:    ledgerArguments("FILE"),
	}, connect.Creating, func(ctx context.Context, l *ledger.Ledger, args []string) error {
		in := e.stdin
		if args[0] != "-" {
			f, err := os.Open(args[0])
			if err != nil {
				return exit.Usage(fmt.Errorf("read the export: %w", err), "", "usersync ledger import --help")
			}
			defer f.Close() // only read
			in = f
		}
		n, err := l.Admin().Import(ctx, in)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.stdout, "imported %d users\n", n)
		return err
	})
}
