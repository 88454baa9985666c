package config

import (
	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/setting"
)

// The tests of this package are in package config_test, because they need the
// sections of real APIs, which import this package.

// Parsed resolves a config text, with flags and environment variables.
func Parsed(path string, text []byte, apis func() []setting.Section, flags map[string][]string, lookup func(string) (string, bool)) (*Config, error) {
	f, err := setting.Parse(path, text, Schema(apis()))
	if err != nil {
		return nil, err
	}
	return sources{apis: apis, Sources: setting.Sources{Flags: flags, Environment: setting.Environment{Lookup: lookup}, File: f}}.resolve()
}

// Unknown finds stray environment variables.
func Unknown(environ []string, apis func() []setting.Section) error {
	src := setting.Sources{Environment: setting.Environment{Environ: func() []string { return environ }}}
	return src.RefuseUnknown(Schema(apis()), indexVariable, countVariable)
}

func FlagsOf(cmd *cobra.Command) []Flag { return flagsOf(cmd) }
