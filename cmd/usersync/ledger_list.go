package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/list"
)

// readList reads a list that a person gives to a command of the ledger.
func readList(e *env, path, command string, columns ...string) ([]list.Row, error) {
	in := io.Reader(e.stdin)
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, exit.Usage(fmt.Errorf("read --from: %w", err), "", command+" --help")
		}
		defer f.Close() // it was only read
		in = f
	}
	rows, err := list.Read(in, columns...)
	if err == nil && len(rows) == 0 {
		err = &list.Error{What: "it has no row below its header"}
	}
	if err != nil {
		return nil, exit.Usage(fmt.Errorf("read --from %s: %w", path, err), "nothing was changed", command+" --help")
	}
	return rows, nil
}

// argumentsOr takes the arguments of those names, or a flag in their place.
func argumentsOr(flag string, names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		given := cmd.Flags().Lookup(flag).Value.String() != ""
		switch {
		case !given:
			return ledgerArguments(names...)(cmd, args)
		case len(args) > 0:
			return exit.Usage(errors.New("read arguments: "+cmd.CommandPath()+" takes either arguments or --"+flag), "", cmd.CommandPath()+" --help")
		}
		return nil
	}
}
