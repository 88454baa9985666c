package config

import (
	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config/internal/reference"
)

// The tests of this package are in package config_test, because they need the
// sections of real APIs, which import this package.

var ErrPasswordInURL = errPasswordInURL

// Parsed resolves a config text, with flags and environment variables.
func Parsed(path string, text []byte, apis func() []Section, flags map[string][]string, lookup func(string) (string, bool)) (*Config, error) {
	f, err := parseFile(path, text, declare(&Config{}, apis()))
	if err != nil {
		return nil, err
	}
	return sources{flags: flags, environment: Environment{Lookup: lookup}, file: f, apis: apis}.resolve()
}

func Expand(text, dir string) (string, error) { return reference.Expand(text, dir, nil) }

func UnknownVariables(environ []string, apis func() []Section) []string {
	return unknownVariables(environ, declare(&Config{}, apis()).variables())
}

func FlagsOf(cmd *cobra.Command) []Flag { return flagsOf(cmd) }
