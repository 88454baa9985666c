package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/ledger"
)

func ledgerImport(e *env) *cobra.Command {
	return onLedger(e, &cobra.Command{
		Use:   "import FILE|-",
		Short: "Read what export wrote, all of it or nothing",
		Long: "import reads what export wrote, in one transaction. Its users take the place of those with the same id; others stay.\n" +
			"The ledger must have the key that the export was made with: copy FILE.key, or set ledger_key.",
		Example: "  usersync ledger import ledger.jsonl",
		Args:    ledgerArguments("FILE"),
	}, making, func(ctx context.Context, l *ledger.Ledger, args []string) error {
		in := e.stdin
		if args[0] != "-" {
			f, err := os.Open(args[0])
			if err != nil {
				return exit.Usage(fmt.Errorf("read the export: %w", err), "", "usersync ledger import --help")
			}
			defer f.Close() // it was only read
			in = f
		}
		n, err := l.Import(ctx, in)
		if err != nil {
			return refusedImport(err)
		}
		_, err = fmt.Fprintf(e.stdout, "imported %d users\n", n)
		return err
	})
}

// refusedImport is a file that is no export of this ledger, or a ledger that
// failed.
func refusedImport(err error) error {
	if _, bad := errors.AsType[*ledger.ImportError](err); bad {
		return exit.Usage(err, "nothing was imported; give a file that usersync ledger export wrote", "")
	}
	return err
}

func ledgerResolve(e *env) *cobra.Command {
	var remote string
	var absent bool
	cmd := &cobra.Command{
		Use:   "resolve ID --remote X|--absent",
		Short: "Say what became of a user who is pending",
		Long: "resolve settles a user of whom nobody knows whether the API made it: --remote names the key that the API gave it,\n" +
			"--absent says that it is not there, so that the next run makes it.",
		Example: "  usersync ledger resolve 4711 --remote 7f0c2d\n  usersync ledger resolve 4711 --absent",
		Args:    ledgerArguments("ID"),
	}
	cmd.Flags().StringVar(&remote, "remote", "", "the `KEY` that the API made for the user")
	cmd.Flags().BoolVar(&absent, "absent", false, "the API does not have the user")
	onLedger(e, cmd, writing, func(ctx context.Context, l *ledger.Ledger, args []string) error {
		if err := l.Resolve(ctx, args[0], remote); err != nil {
			return refusedResolve(err)
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

func refusedResolve(err error) error {
	if _, wrong := errors.AsType[*ledger.NotPendingError](err); wrong {
		return exit.Usage(err, "only what is pending can be resolved; `usersync ledger forget` lets the next run take the user as new", "")
	}
	return ledgerAnswer(err)
}
