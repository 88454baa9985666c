package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/list"
	"usersync/sync/ledger"
)

func ledgerRename(e *env) *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use:   "rename OLD NEW|--from FILE",
		Short: "Say that a user has a new id",
		Long: "rename moves what the ledger knows of a user to another id: the key that the API made stays,\n" +
			"and the next run sends the user again, under the new id. Use it for a row that was refused\n" +
			"with code same_user, and for ids that are now spelled differently. --from names a CSV file\n" +
			"with the columns old and new; either all of its users are renamed, or none.\n\n" +
			"If the ledger has the same key of the API for both ids, NEW keeps it and OLD is forgotten.\n" +
			"A user that the API knows by the id itself cannot be renamed: to the API, another id is\n" +
			"another user.",
		Example: "  usersync ledger rename 4711 E-4711\n  usersync ledger rename --from renamed.csv",
		Args:    argumentsOr("from", "OLD", "NEW"),
	}
	cmd.Flags().StringVar(&from, "from", "", "the `FILE` of pairs, CSV with the columns old and new; - is standard input")
	return onLedger(e, cmd, connect.Writing, func(ctx context.Context, l *ledger.Ledger, args []string) error {
		if len(args) == 2 {
			return renameUsers(ctx, e, l, []ledger.Renaming{{Old: args[0], New: args[1]}}, nil, "")
		}
		rows, err := readList(e, from, cmd.CommandPath(), "old", "new")
		if err != nil {
			return err
		}
		var pairs []ledger.Renaming
		for _, r := range rows {
			pairs = append(pairs, ledger.Renaming{Old: r.Cells[0], New: r.Cells[1]})
		}
		return renameUsers(ctx, e, l, pairs, rows, from)
	})
}

// renameUsers renames all pairs, or none. An error names the row of the file, if there is one.
func renameUsers(ctx context.Context, e *env, l *ledger.Ledger, pairs []ledger.Renaming, rows []list.Row, file string) error {
	err := l.Admin().Rename(ctx, pairs)
	if bad, ok := errors.AsType[*ledger.RenameError](err); ok && rows != nil {
		return exit.Usage(fmt.Errorf("rename users of the ledger: %s, line %d: %s", file, rows[bad.Pair-1].Line, bad.What), "nothing was renamed", "")
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "renamed %d\n", len(pairs))
	return err
}
