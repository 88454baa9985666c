package main

import (
	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
)

// addSettings gives cmd the flags of its settings. The function it returns reads
// the config when they have been parsed. With an error it may return a config too,
// to be shown.
func addSettings(e *env, cmd *cobra.Command, commands config.Commands) func() (*config.Config, error) {
	flags := config.AddFlags(cmd, connect.Sections, commands)
	return func() (*config.Config, error) {
		c, err := flags.Load(e.environment)
		e.jsonLog, e.loaded = flags.JSONLog(), true
		return c, err
	}
}
