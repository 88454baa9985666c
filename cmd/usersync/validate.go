package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/check"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/writer"
)

func validateCommand(e *env, found *result) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "validate [FILE|-]...",
		Short: "Check config and files without sending anything",
		Long: "validate shows every setting and where its value came from, then where each column goes,\n" +
			"and the rows that could not be sent. It makes no call. Exit code 3 means that some rows are unfit.",
		Example: "  usersync validate --config usersync.yaml users.csv",
	}
	load := addSettings(e, cmd, config.ForRun)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if c == nil {
			return err
		}
		if err == nil && len(c.Target.All) > 1 {
			return validateSeveral(cmd.Context(), e, c, args, found)
		}
		asked := err == nil && (len(args) > 0 || len(c.Input.From) > 0 || len(c.Target.All) > 0)
		one, bad := e.validate(cmd.Context(), c, args, asked)
		*found = one
		return errors.Join(err, bad)
	}
	return cmd
}

// validateSeveral looks at each destination by itself.
func validateSeveral(ctx context.Context, e *env, c *config.Config, args []string, found *result) error {
	each, err := c.Each()
	for _, own := range each {
		one, bad := e.validate(ctx, own, args, true)
		err = errors.Join(err, bad)
		if one.outcomes.Invalid > found.outcomes.Invalid {
			*found = one
		}
	}
	return err
}

// validate tells of the settings, and of the files too if they are asked for.
func (e *env) validate(ctx context.Context, c *config.Config, args []string, files bool) (found result, err error) {
	r := check.NewReport(e.stdout, c.Output.JSON)
	r.Settings(c.Shown())
	var rows check.Rows
	if files {
		rows, err = exit.UnlessStopped(ctx, func() (check.Rows, error) { return check.Input(ctx, e.stdin, c, args, r) })
	}
	found = result{read: rows.Read, outcomes: writer.Outcomes{Invalid: rows.Invalid}, allowed: c.Output.AllowRejects}
	if bad := r.End(); bad != nil {
		err = errors.Join(err, bad)
	}
	return found, err
}
