// Package configtest loads settings as `usersync run` does, for tests of what depends on them.
// No program links it. Start at Load.
package configtest

import (
	"testing"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/setting"
)

// Load loads the settings of a command line of run, without the word usersync and the verb.
// apis makes the sections of the APIs, and variables is the whole environment. An error of the
// flags fails the test; one of the settings is an *exit.Error.
func Load(t testing.TB, apis func() []setting.Section, variables map[string]string, args ...string) (*config.Config, error) {
	t.Helper()
	cmd := &cobra.Command{Use: "run"}
	flags := config.AddFlags(cmd, config.Declare(apis), setting.ForRun)
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	lookup := func(name string) (string, bool) { v, ok := variables[name]; return v, ok }
	return flags.Load(setting.Environment{Lookup: lookup, Environ: func() []string { return nil }})
}

// Loaded is Load for settings that have no error.
func Loaded(t testing.TB, apis func() []setting.Section, variables map[string]string, args ...string) *config.Config {
	t.Helper()
	c, err := Load(t, apis, variables, args...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
