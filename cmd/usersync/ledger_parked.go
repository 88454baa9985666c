package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/ledger"
	"usersync/sync/parking"
	"usersync/sync/user"
	"usersync/sync/visible"
)

func ledgerParked(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   config.Parked,
		Short: "List users who are not sent because the API refuses them run after run",
		Long: "parked lists rows that could not be settled in several finished runs in a row\n" +
			"(park_after): users that the API has refused, who are not sent now, and invalid rows,\n" +
			"which are never sent. age is the time since the first of these runs, and next_try when a\n" +
			"row is sent again although nothing has changed. A row is sent at the next run if the row,\n" +
			"the mapping or a setting changes, and with --retry-parked.",
		Args: ledgerArguments(),
	}
	load := addSettings(e, cmd, setting.ForLedger|setting.ForParked)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		return connect.WithLedger(cmd.Context(), c, connect.Reading, history.AddressEvidence(c), func(l *ledger.Ledger) error {
			return e.listParked(cmd.Context(), l, c.Ledger.Park)
		})
	}
	return cmd
}

// listParked writes a table of what is parked.
func (e *env) listParked(ctx context.Context, l *ledger.Ledger, park config.Park) error {
	all, err := l.Runs().Recurring().All(ctx)
	if err != nil {
		return err
	}
	table := visible.NewTabs(e.stdout)
	fmt.Fprintf(table, "id\tfeed\toutcome\tcode\truns\tage\tlast_sent\tnext_try\n")
	for i := range all {
		r := &all[i]
		if park.After > 0 && r.Runs >= park.After {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", orDash(r.ID), r.Feed, r.Status, r.Code, r.Runs,
				age(e.now().Sub(r.First)), date(r.Sent), nextTry(r, park))
		}
	}
	return table.Flush()
}

func nextTry(r *ledger.RecurringRow, park config.Park) string {
	if r.Status == user.Invalid {
		return "-"
	}
	if again := parking.Again(r, park.Every); !again.IsZero() {
		return date(again)
	}
	return "never"
}

func date(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.UTC().Format(time.DateOnly)
}

// age is a time in days, or in hours if it is less than a day.
func age(d time.Duration) string {
	if d = max(d, 0); d < 24*time.Hour {
		return exit.Plural(int(d.Hours()), "hour")
	}
	return exit.Plural(int(d.Hours()/24), "day")
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
