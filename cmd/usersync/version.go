package main

import (
	"fmt"
	"io"

	"usersync/cmd/usersync/internal/exit"

	"github.com/spf13/cobra"
)

func versionCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print version, commit and Go version",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(e.stdout, versionText())
			return err
		},
	}
}

func versionText() string {
	b := exit.ReadBuild()
	return fmt.Sprintf("usersync %s\ncommit %s\n%s\n", b.Version, b.Commit, b.Go)
}

func noArguments(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return exit.Usage(fmt.Errorf("%s takes no arguments, but got %s", c.CommandPath(), args[0]), "", c.CommandPath()+" --help")
}
