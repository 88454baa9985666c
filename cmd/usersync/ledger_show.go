package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/inventory"
	"usersync/cmd/usersync/internal/terminal"
	"usersync/sync/ledger"
)

func ledgerShow(e *env) *cobra.Command {
	var remote string
	cmd := &cobra.Command{
		Use:   "show ID|--remote KEY",
		Short: "Show what the ledger knows of one user",
		Long: "show prints what the ledger knows of an id: its state, the run and record that set\n" +
			"it, the fields that have a fingerprint, and how often in a row the API has refused the\n" +
			"same row. The ledger holds no field values.\n" +
			"--remote shows the id that has this key of the API, such as the remote_id of a row\n" +
			"that was refused with code same_user.",
		Args: argumentsOr("remote", "ID"),
	}
	cmd.Flags().StringVar(&remote, "remote", "", "the `KEY` that the API made for the user")
	return onLedger(e, cmd, connect.Reading, func(ctx context.Context, l *ledger.Ledger, ids []string) error {
		if remote != "" {
			held, err := l.Identities().HoldersOf(ctx, []string{remote})
			if err != nil {
				return err
			}
			if ids = held[remote]; len(ids) == 0 {
				return ledger.ErrUnknown
			}
		}
		for _, id := range ids {
			shown, err := l.Admin().Show(ctx, id)
			rejected, failed := l.Runs().Recurring().Of(ctx, []string{id})
			if failed != nil {
				return failed
			}
			if err != nil && (len(rejected) == 0 || !errors.Is(err, ledger.ErrUnknown)) {
				return err
			}
			if err := inventory.WriteEntry(e.stdout, terminal.Columns(e.stdout), id, shown, rejected); err != nil {
				return err
			}
		}
		return nil
	})
}
