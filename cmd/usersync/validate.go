package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/reader/mapping"
	"usersync/sync/user"
)

// unfitShown is how many unfit rows validate names; the rest is a number.
const unfitShown = 20

func validateCommand(e *env, found *tally) *cobra.Command {
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
		v := findings(e, c)
		v.settings(c.Shown())
		if err == nil && (len(args) > 0 || len(c.Input.From) > 0 || len(c.Target.All) > 0) {
			*found, err = exit.UnlessStopped(cmd.Context(), func() (tally, error) { return validate(cmd.Context(), e, c, args, v) })
		}
		return errors.Join(err, v.end())
	}
	return cmd
}

// validateSeveral looks at each destination by itself.
func validateSeveral(ctx context.Context, e *env, c *config.Config, args []string, found *tally) error {
	each, err := perDestination(c)
	for _, own := range each {
		v := findings(e, own)
		v.settings(own.Shown())
		one, bad := exit.UnlessStopped(ctx, func() (tally, error) { return validate(ctx, e, own, args, v) })
		err = errors.Join(err, bad, v.end())
		if one.outcomes.Invalid > found.outcomes.Invalid {
			*found = one
		}
	}
	return err
}

func validate(ctx context.Context, e *env, c *config.Config, args []string, v *finding) (found tally, err error) {
	if err := c.Output.Check(); err != nil {
		return found, err
	}
	c.Target.Offline = true
	conn, err := connect.Open(ctx, c)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if len(args) == 0 && len(c.Input.From) == 0 {
		return found, nil
	}
	paths, err := inputPaths(args, c.Input.From)
	if err != nil {
		return found, err
	}
	if err := checkResults(c, paths, e.stdin); err != nil {
		return found, err
	}
	in, err := readInput(ctx, e.stdin, c, conn.Client, paths)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	v.columns(columnsOf(c, in.Columns()))
	if err := checkColumns(ctx, c, conn.Client, paths, in); err != nil {
		return found, err
	}
	return validateRows(ctx, c, in, conn.Client, v)
}

// columnsOf says where each column goes, and what no column fills.
func columnsOf(c *config.Config, columns []reader.Column) []shownColumn {
	var all []shownColumn
	for _, column := range columns {
		all = append(all, shownColumn{column.Name, goesTo(column)})
	}
	for _, rule := range c.Input.Fields {
		if rule.Column == "" {
			all = append(all, shownColumn{"(" + made(rule) + ")", string(rule.Field)})
		}
	}
	return all
}

func goesTo(c reader.Column) string {
	switch {
	case c.Op:
		return "what is done with each row"
	case c.Field != "":
		return string(c.Field)
	case c.Read:
		return "computed fields"
	}
	return "not sent"
}

func made(r mapping.Rule) string {
	if r.Value != nil {
		return "value " + r.Value.Text
	}
	return r.Expr
}

// validateRows reads everything and names the first rows that cannot be sent.
func validateRows(ctx context.Context, c *config.Config, in *reader.Input, to connect.Client, v *finding) (found tally, err error) {
	var unfit []unfitRow
	for r, err := range in.Records().Until(ctx) {
		if err != nil {
			hint, err := withoutHint(err)
			return found, &exit.Error{Err: fmt.Errorf("read the input: %w", err), Hint: hint}
		}
		found.read++
		if err := unfitness(r, to); err != nil {
			found.outcomes.Invalid++
			if len(unfit) < unfitShown {
				unfit = append(unfit, unfitRow{r.Origin.File, r.Origin.Line, err.Error()})
			}
			continue
		}
		v.preview(to, r)
	}
	found.allowed = c.Output.AllowRejects
	v.rows(found.read, found.outcomes.Invalid, unfit)
	v.warnings(in.Warnings())
	v.request()
	return found, context.Cause(ctx)
}

func unfitness(r *user.Record, to connect.Client) error {
	if r.Err != nil {
		return r.Err
	}
	return to.Check(r)
}
