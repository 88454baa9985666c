package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/ledger"
)

func ledgerResolve(e *env) *cobra.Command {
	var remote string
	var absent bool
	cmd := &cobra.Command{
		Use:   "resolve ID --remote X|--absent",
		Short: "Record what happened to a pending user",
		Long: "resolve settles a user whose create may or may not have reached the API: --remote gives\n" +
			"the key that the API made for the user; --absent says that the user is not there, so\n" +
			"that the next run creates them.",
		Example: "  usersync ledger resolve 4711 --remote 7f0c2d\n  usersync ledger resolve 4711 --absent",
		Args:    ledgerArguments("ID"),
	}
	cmd.Flags().StringVar(&remote, "remote", "", "the `KEY` that the API made for the user")
	cmd.Flags().BoolVar(&absent, "absent", false, "the API does not have the user")
	onLedger(e, cmd, connect.Writing, func(ctx context.Context, l *ledger.Ledger, args []string) error {
		if err := l.Admin().Resolve(ctx, args[0], remote); err != nil {
			return err
		}
		_, err := fmt.Fprintln(e.stdout, "resolved")
		return err
	})
	cmd.PreRunE = func(*cobra.Command, []string) error {
		if (remote == "") != absent {
			return exit.Usage(errors.New("read arguments: resolve takes either --remote or --absent"), "look the user up in the API first", "usersync ledger resolve --help")
		}
		return nil
	}
	return cmd
}
