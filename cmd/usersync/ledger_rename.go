package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/list"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/identity"
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
			"What unfinished runs did is taken into the ledger first, and they cannot be resumed any\n" +
			"more: they read an input that has the old ids. If one was killed during a call, that takes\n" +
			"until the call must be over (timeout).\n\n" +
			"If the ledger has the same key of the API for both ids, NEW keeps it and OLD is forgotten.\n" +
			"A user that the API knows by the id itself cannot be renamed: to the API, another id is\n" +
			"another user.",
		Example: "  usersync ledger rename 4711 E-4711\n  usersync ledger rename --from renamed.csv",
		Args:    argumentsOr("from", "OLD", "NEW"),
	}
	cmd.Flags().StringVar(&from, "from", "", "the `FILE` of pairs, CSV with the columns old and new; - is standard input")
	load := addSettings(e, cmd, setting.ForLedger)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		pairs, rows, err := pairsOf(e, cmd, args, from)
		if err != nil {
			return err
		}
		if err := checkNew(c.Input.Policy(), pairs, rows, from); err != nil {
			return err
		}
		return connect.WithLedger(cmd.Context(), c, connect.Writing, history.AddressEvidence(c), func(l *ledger.Ledger) error {
			if err := endUnfinished(e, cmd, c, l); err != nil {
				return err
			}
			return renameUsers(cmd.Context(), e, l, pairs, rows, from)
		})
	}
	return cmd
}

// pairsOf returns the pairs that are typed, or those of a file and its rows.
func pairsOf(e *env, cmd *cobra.Command, args []string, from string) (pairs []ledger.Renaming, rows []list.Row, err error) {
	if len(args) == 2 {
		return []ledger.Renaming{{Old: args[0], New: identity.Clean(args[1])}}, nil, nil
	}
	if rows, err = readList(e, from, cmd.CommandPath(), "old", "new"); err != nil {
		return nil, nil, err
	}
	for _, r := range rows {
		pairs = append(pairs, ledger.Renaming{Old: r.Cells[0], New: r.Cells[1]})
	}
	return pairs, rows, nil
}

// checkNew refuses new ids that no row can have: a mirror would delete the user.
func checkNew(ids identity.Policy, pairs []ledger.Renaming, rows []list.Row, file string) error {
	for i, p := range pairs {
		if v := ids.Check(p.New); v.Class >= identity.Never {
			return ofRow(&ledger.RenameError{Pair: i + 1, What: "no row can have the new id: it " + v.Rule}, rows, file)
		}
	}
	return nil
}

// renamedBy is what ends unfinished runs.
const renamedBy = "usersync-ledger-rename"

// endUnfinished ends the unfinished runs of the account. A run that is continued after a user got
// a new id would not find that id in its input: a mirror would delete the user.
func endUnfinished(e *env, cmd *cobra.Command, c *config.Config, l *ledger.Ledger) error {
	scope, err := connect.ScopeOf(cmd.Context(), c)
	if err != nil {
		return err
	}
	wait := func(last time.Duration) error {
		return errors.Join(e.note(cmd, "waiting for a call that was in flight when a run ended, up to "+last.Round(time.Second).String(), "", ""), pause(cmd.Context(), last))
	}
	runs := history.Ender{Ledger: l, Name: c.LedgerName(), Dir: c.Output.RunsDir, Scope: scope, By: renamedBy, Wait: wait, Timeout: c.Pace.Timeout}
	ended, err := runs.End(cmd.Context())
	if away, ok := errors.AsType[*history.ElsewhereError](err); ok {
		return exit.Usage(fmt.Errorf("rename users of the ledger: %w", away), "resume it there; or give it up, if it is certainly no longer working", c.LedgerCommand("abandon", away.Name))
	}
	for _, run := range ended {
		err = errors.Join(err, e.note(cmd, "took over what run "+run+" did", "it cannot be resumed any more: a new run sends what is still missing", ""))
	}
	return err
}

// pause waits for a while, unless ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// renameUsers renames all pairs, or none. An error names the row of the file, if there is one.
func renameUsers(ctx context.Context, e *env, l *ledger.Ledger, pairs []ledger.Renaming, rows []list.Row, file string) error {
	if err := l.Admin().Rename(ctx, pairs); err != nil {
		return ofRow(err, rows, file)
	}
	_, err := fmt.Fprintf(e.stdout, "renamed %d\n", len(pairs))
	return err
}

// ofRow is an error that names the row of the file in place of a pair, if there is a file.
func ofRow(err error, rows []list.Row, file string) error {
	if bad, ok := errors.AsType[*ledger.RenameError](err); ok && rows != nil {
		return exit.Usage(fmt.Errorf("rename users of the ledger: %s, line %d: %s", file, rows[bad.Pair-1].Line, bad.What), "nothing was renamed", "")
	}
	return err
}
