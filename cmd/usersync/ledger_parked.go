package main

import (
	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/inventory"
	"usersync/cmd/usersync/internal/setting"
	"usersync/cmd/usersync/internal/terminal"
	"usersync/sync/ledger"
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
			rows, err := l.Runs().Recurring().All(cmd.Context())
			if err != nil {
				return err
			}
			return inventory.WriteParked(e.stdout, terminal.Columns(e.stdout), rows, c.Ledger.Park, e.now())
		})
	}
	return cmd
}
