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
	var remote, from string
	var absent bool
	cmd := &cobra.Command{
		Use:   "resolve ID --remote X|--absent, or resolve --from FILE",
		Short: "Record what happened to pending users",
		Long: "resolve settles a user whose create may or may not have reached the API: --remote gives\n" +
			"the key that the API made for the user; --absent says that the user is not there, so\n" +
			"that the next run creates them.\n\n" +
			"--from names a CSV file with the columns id and remote_id, such as the rows in doubt of\n" +
			"a results file, with the keys filled in. A row without a key is refused, unless --absent\n" +
			"says that these users are not there. Either all of its users are settled, or none.",
		Example: "  usersync ledger resolve 4711 --remote 7f0c2d\n  usersync ledger resolve 4711 --absent\n  usersync ledger resolve --from found.csv",
		Args:    argumentsOr("from", "ID"),
	}
	cmd.Flags().StringVar(&remote, "remote", "", "the `KEY` that the API made for the user")
	cmd.Flags().BoolVar(&absent, "absent", false, "the API does not have the user; with --from, those without a key")
	cmd.Flags().StringVar(&from, "from", "", "the `FILE` of users, CSV with the columns id and remote_id; - is standard input")
	onLedger(e, cmd, connect.Writing, func(ctx context.Context, l *ledger.Ledger, args []string) error {
		if from != "" {
			return resolveList(ctx, e, l, from, absent)
		}
		if err := l.Admin().Resolve(ctx, args[0], remote); err != nil {
			return err
		}
		_, err := fmt.Fprintln(e.stdout, "resolved")
		return err
	})
	cmd.PreRunE = func(*cobra.Command, []string) error {
		if from == "" && (remote == "") != absent {
			return exit.Usage(errors.New("read arguments: resolve takes either --remote or --absent"), "look the user up in the API first", "usersync ledger resolve --help")
		}
		if from != "" && remote != "" {
			return exit.Usage(errors.New("read arguments: with --from the file has the keys"), "leave --remote out", "usersync ledger resolve --help")
		}
		return nil
	}
	return cmd
}

// resolveList settles the users of a file.
func resolveList(ctx context.Context, e *env, l *ledger.Ledger, from string, absent bool) error {
	rows, err := readList(e, from, "usersync ledger resolve", "id", "remote_id")
	if err != nil {
		return err
	}
	var all []ledger.Resolution
	for _, r := range rows {
		if r.Cells[1] == "" && !absent {
			return exit.Usage(fmt.Errorf("resolve users of the ledger: %s, line %d: it has no remote_id", from, r.Line),
				"nothing was resolved; fill in the API's key, or give --absent if the API does not have the users without one", "")
		}
		all = append(all, ledger.Resolution{ID: r.Cells[0], Remote: r.Cells[1]})
	}
	err = l.Admin().ResolveAll(ctx, all)
	if bad, ok := errors.AsType[*ledger.ResolutionError](err); ok {
		return exit.Usage(fmt.Errorf("resolve users of the ledger: %s, line %d: %s", from, rows[bad.N-1].Line, bad.What), "nothing was resolved", "")
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "resolved %d\n", len(all))
	return err
}
