package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/lookup"
	"usersync/sync/ledger"
	"usersync/sync/visible"
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
			if err := showEntry(e, id, shown, rejected); err != nil {
				return err
			}
		}
		return nil
	})
}

func showEntry(e *env, id string, s ledger.Details, rejected []ledger.RecurringRow) error {
	table := visible.NewTabs(e.stdout)
	lines := [][2]string{
		{"id", id}, {"state", lookup.StateWord(s.State)}, {"remote", s.Remote}, {"feed", s.Feed},
		{"run", s.Run}, {"record", strings.TrimPrefix(fmt.Sprint(s.Record), "0")}, {"fields", lookup.FieldNames(s.Fingerprints)},
	}
	for i := range rejected {
		r := &rejected[i]
		lines = append(lines, [2]string{"rejected", fmt.Sprintf("%s with %s in %s since %s", r.Status, r.Code, exit.Plural(r.Runs, "finished run"), date(r.First))})
	}
	for _, line := range lines {
		if line[1] != "" {
			fmt.Fprintf(table, "%s\t%s\n", line[0], line[1])
		}
	}
	return table.Flush()
}
