//go:build man

package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"usersync/cmd/usersync/internal/exit"
)

// developerCommands are commands for those who build packages: not in any of these.
func developerCommands() []*cobra.Command {
	return []*cobra.Command{{
		Use:    "man DIR",
		Short:  "Write the manual pages of all commands",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			c.Root().DisableAutoGenTag = true
			// Without a date, that of SOURCE_DATE_EPOCH is taken.
			header := &doc.GenManHeader{Section: "1", Source: "usersync " + exit.ReadBuild().Version, Manual: "usersync"}
			if err := doc.GenManTree(c.Root(), header, args[0]); err != nil {
				return fmt.Errorf("write the manual pages: %w", err)
			}
			return nil
		},
	}}
}
