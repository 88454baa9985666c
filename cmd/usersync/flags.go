package main

import (
	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/setting"
)

// addSettings gives cmd the flags of its settings. Call the returned function after
// they are parsed, to load the config. It may return a config along with an error, so
// that the config can be shown.
func addSettings(e *env, cmd *cobra.Command, commands setting.Commands) func() (*config.Config, error) {
	return loaderOf(e, config.AddFlags(cmd, e.settings(), commands))
}

func loaderOf(e *env, flags *config.Flags) func() (*config.Config, error) {
	return func() (*config.Config, error) {
		c, err := flags.Load(e.environment)
		e.jsonLog, e.quiet, e.loaded = flags.JSONLog(), c != nil && c.Log.Quiet, true
		return c, err
	}
}

// settings returns the settings of all commands.
func (e *env) settings() *config.Declared {
	if e.declared == nil {
		e.declared = config.Declare(connect.Sections)
	}
	return e.declared
}
