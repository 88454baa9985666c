package main

import (
	"cmp"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print version, commit and Go version",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			b := readBuild()
			_, err := fmt.Fprintf(e.stdout, "usersync %s\ncommit %s\n%s\n", b.version, b.commit, b.golang)
			return err
		},
	}
}

// version and commit are set by make build, with -ldflags -X.
var version, commit string

// build says from what this program was made.
type build struct{ version, commit, golang string }

func readBuild() build {
	b := recorded()
	b.version, b.commit = cmp.Or(version, b.version), cmp.Or(commit, b.commit)
	return b
}

// recorded is what the Go tool wrote into the program.
func recorded() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return build{"unknown", "unknown", "unknown"}
	}
	b := build{version: info.Main.Version, commit: "unknown", golang: info.GoVersion}
	modified := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.commit = s.Value
		case "vcs.modified":
			modified = s.Value == "true"
		}
	}
	if modified {
		b.commit += " and changes that were not committed"
	}
	return b
}

func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return misuse(fmt.Errorf("%s takes no argument, and got %s", c.CommandPath(), args[0]), "", c.CommandPath()+" --help")
}
