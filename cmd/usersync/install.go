package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/exit"
)

// installCommand is how the image, which has neither a shell nor cp, puts the program into a
// volume of a pod.
func installCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "install FILE",
		Short: "Copy this program to a file",
		Long: "install copies the program that is running to FILE, with mode 0755. A file with that name\n" +
			"is replaced. In a pod, an init container of the image can so give the program to a\n" +
			"container that has a shell: docs/kubernetes.md.",
		Example: "  usersync install /program/usersync",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				return nil
			}
			return exit.Usage(fmt.Errorf("%s takes one FILE, but got %d arguments", c.CommandPath(), len(args)), "", c.CommandPath()+" --help")
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if err := copyProgram(args[0]); err != nil {
				return exit.Usage(fmt.Errorf("copy the program to %s: %w", args[0], err), "name a file in a directory that you may write to", "")
			}
			return nil
		},
	}
}

func copyProgram(to string) error {
	path, err := os.Executable()
	if err != nil {
		return err
	}
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	defer from.Close()
	// Under another name first: a program that is being run cannot be written to, and one
	// that is written in part must not be run.
	partial := to + ".partial"
	file, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, from)
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(partial, to)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(partial))
	}
	return err
}
