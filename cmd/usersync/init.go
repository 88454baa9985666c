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
	"usersync/cmd/usersync/internal/setting"
	"usersync/reader"
)

// initFlags are the flags of `usersync init`.
type initFlags struct {
	to, file string
	layout   func() (config.Layout, error)
}

func initCommand(e *env) *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init FILE",
		Short: "Write a config from the header of a file",
		Long: "init looks at the beginning of FILE and writes a config that says where each column goes.\n" +
			"What it cannot know it leaves out, as a commented line that says what to decide; the\n" +
			"hint names the first of them. It never overwrites a file. The exit code is 0 if it\n" +
			"wrote the config.",
		Example: "  usersync init users.csv\n  usersync init --to scim users.csv",
		Args:    oneFile,
		RunE:    func(c *cobra.Command, args []string) error { return writeConfig(c, e, f, args[0]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.to, "to", "kard", "`NAME` of the API to sync to")
	flags.StringVar(&f.file, "config", setting.DefaultFile, "`FILE` to write")
	layout := config.AddLayoutFlags(cmd, e.settings())
	f.layout = func() (config.Layout, error) { return layout.Layout(e.environment) }
	return cmd
}

func oneFile(c *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return exit.Usage(fmt.Errorf("%s takes one file, but got %d", c.CommandPath(), len(args)), "name a file with a header", c.CommandPath()+" users.csv")
}

func writeConfig(cmd *cobra.Command, e *env, f initFlags, path string) error {
	if f.to != draft.Custom && !slices.Contains(connect.Drafts(), f.to) {
		return exit.Usage(fmt.Errorf("read flags: --to: init cannot write a config for %s", f.to),
			exit.DidYouMean(f.to, append(connect.Drafts(), draft.Custom)), "usersync init --help")
	}
	layout, err := f.layout()
	if err != nil {
		return err
	}
	path = e.environment.Places.Add(path)
	o := input.Layout(&layout.Input)
	o.Paths, o.Places, o.Stdin = []string{path}, e.environment.Places, e.stdin
	d, err := drafted(cmd.Context(), f.to, o)
	if err != nil {
		return err
	}
	if err := writeNew(f.file, path, d.YAML(layout.Set)); err != nil {
		return err
	}
	next := config.Invocation{Verb: "validate", Flags: []config.Flag{{Name: "sandbox", Value: "true", Bool: true}}}
	if f.file != setting.DefaultFile {
		next = next.With(config.Flag{Name: "config", Value: f.file})
	}
	return e.note(cmd, fmt.Sprintf("wrote %s: %s", f.file, d.Counts()), d.Hint(), next.Again(path))
}

// drafted looks at the file, drafts a config, and tries it.
func drafted(ctx context.Context, to string, o reader.Options) (*draft.Draft, error) {
	sample, err := draft.Look(ctx, o)
	if err != nil {
		hint, err := input.SplitHint(err)
		return nil, exit.Usage(fmt.Errorf("look at the file: %w", err), hint, "usersync init --help")
	}
	d, err := draft.From(ctx, to, sample)
	if err != nil {
		return nil, err
	}
	return d, d.Try(ctx, o)
}

// writeNew writes a file, and fails if it exists.
func writeNew(path, input, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return exit.Usage(fmt.Errorf("write config: %s already exists", path), "edit it, or write another one with --config", exit.CommandLine("validate", "--config", path, input))
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
