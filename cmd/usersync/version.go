package main

import (
	"fmt"

	"usersync/cmd/usersync/internal/exit"

	"github.com/spf13/cobra"
)

func versionCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print version, commit and Go version",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			b := exit.ReadBuild()
			_, err := fmt.Fprintf(e.stdout, "usersync %s\ncommit %s\n%s\n", b.Version, b.Commit, b.Go)
			return err
		},
	}
}

func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return exit.Usage(fmt.Errorf("%s takes no arguments, but got %s", c.CommandPath(), args[0]), "", c.CommandPath()+" --help")
}
