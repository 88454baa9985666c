package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/draft"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/input"
	"usersync/reader"
)

// initFlags are the flags of `usersync init`.
type initFlags struct {
	to, file string
	draft.Layout
}

func initCommand(e *env) *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:     "init FILE",
		Short:   "Write a config from the header of a file",
		Long:    "init reads the header of FILE and writes a config that says where each column goes.\nIt replaces no file.",
		Example: "  usersync init users.csv\n  usersync init --to scim users.csv",
		Args:    oneFile,
		RunE:    func(c *cobra.Command, args []string) error { return writeConfig(c, e, f, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.to, "to", "kard", "the API that takes the users: its `NAME`")
	flags.StringVar(&f.file, "config", config.DefaultFile, "the `FILE` to write")
	flags.StringVar(&f.Format, "format", "", "what FILE is: csv, jsonl")
	flags.StringVar(&f.Delimiter, "delimiter", "auto", "what stands between two CSV cells: one `CHAR`acter, tab or auto")
	flags.StringVar(&f.Charset, "charset", "", "the file's character set, such as windows-1252")
	return cmd
}

func oneFile(c *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return exit.Usage(fmt.Errorf("%s takes one file, and got %d", c.CommandPath(), len(args)), "name a file with a header", c.CommandPath()+" users.csv")
}

func writeConfig(cmd *cobra.Command, e *env, f initFlags, path string) error {
	if !slices.Contains(connect.Drafts(), f.to) {
		return exit.Usage(fmt.Errorf("read flags: --to: no config can be drafted for %s", f.to),
			exit.DidYouMean(f.to, connect.Drafts())+"; an API that a config describes is in docs/custom.md", "usersync init --help")
	}
	header, err := f.header(cmd.Context(), e, path)
	if err != nil {
		return err
	}
	d, err := draft.From(cmd.Context(), f.to, header)
	if err != nil {
		return err
	}
	if err := writeNew(f.file, path, d.YAML(f.Layout)); err != nil {
		return err
	}
	next := []string{"validate", "--sandbox"}
	if f.file != config.DefaultFile {
		next = append(next, "--config", f.file)
	}
	return e.note(cmd, fmt.Sprintf("wrote %s: %s", f.file, d.Counts()), d.Hint(), exit.CommandLine(append(next, path)...))
}

func (f initFlags) header(ctx context.Context, e *env, path string) ([]string, error) {
	delimiter, err := config.ParseDelimiter(f.Delimiter)
	if err != nil {
		return nil, exit.Usage(fmt.Errorf("read flags: --delimiter: %w", err), "", "usersync init --help")
	}
	layout, err := reader.Header(ctx, reader.Options{
		Paths: []string{path}, Stdin: e.stdin, Format: f.Format, Delimiter: delimiter, Charset: f.Charset,
	})
	if err != nil {
		hint, err := input.SplitHint(err)
		return nil, exit.Usage(fmt.Errorf("read the header: %w", err), hint, "usersync init --help")
	}
	return layout.Header, nil
}

// writeNew writes a file that is not there yet.
func writeNew(path, input, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return exit.Usage(fmt.Errorf("write config: %s is there already", path), "edit it, or write another one with --config", exit.CommandLine("validate", "--config", path, input))
	}
	if err != nil {
		return exit.Usage(fmt.Errorf("write config: %w", err), "", "")
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write config: %w", err)
	}
	return nil
}
