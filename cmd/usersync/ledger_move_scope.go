package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/rescope"
	"usersync/cmd/usersync/internal/setting"
)

func ledgerMoveScope(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "move-scope OLD NEW",
		Short: "Say that an account has a new address",
		Long: "move-scope gives the users that the ledger knows under one scope another one. Use it when the same account of an API\n" +
			"has moved to a new base URL. OLD is a scope as usersync ledger scopes names it, and NEW is API|BASE_URL|ACCOUNT.\n" +
			"Users, feeds and deletions that are remembered stay. What unfinished runs of OLD did is taken into the ledger first,\n" +
			"and they cannot be resumed any more. NEW must not hold users yet.",
		Example: "  usersync ledger move-scope 'kard|https://old.example.com|org' 'kard|https://new.example.com/v2|org'",
		Args:    ledgerArguments("OLD scope", "NEW scope"),
	}
	load := addSettings(e, cmd, setting.ForLedger)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		to, err := rescope.Move(cmd.Context(), c, args[0], args[1])
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.stdout, "moved %s to %s\n", args[0], connect.ScopeName(to))
		return err
	}
	return cmd
}
