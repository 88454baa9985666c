package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

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
	load := addSettings(e, cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := load()
		if err != nil {
			return err
		}
		if err := show(e.stdout, c.shown); err != nil {
			return err
		}
		if len(args) == 0 && len(c.from) == 0 && c.to == "" {
			return nil
		}
		*found, err = unlessStopped(cmd.Context(), func() (tally, error) { return validate(cmd.Context(), e, c, args) })
		return err
	}
	return cmd
}

func validate(ctx context.Context, e *env, c *config, args []string) (found tally, err error) {
	if err := c.checkOutput(); err != nil {
		return found, err
	}
	conn, err := connect(c)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	if len(args) == 0 && len(c.from) == 0 {
		return found, nil
	}
	paths, err := inputPaths(args, c.from)
	if err != nil {
		return found, err
	}
	if err := c.checkResults(paths, e.stdin); err != nil {
		return found, err
	}
	in, err := openInput(ctx, e, c, conn.client, paths)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	if err := showColumns(e.stdout, c, in.Columns()); err != nil {
		return found, err
	}
	return showRows(ctx, e.stdout, c, in, conn.client)
}

// showColumns says where each column goes, and what no column fills.
func showColumns(w io.Writer, c *config, columns []reader.Column) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintf(table, "\ncolumn\tgoes to\n")
	for _, column := range columns {
		fmt.Fprintf(table, "%s\t%s\n", column.Name, goesTo(column))
	}
	for _, rule := range c.fields {
		if rule.Column == "" {
			fmt.Fprintf(table, "(%s)\t%s\n", made(rule), rule.Field)
		}
	}
	return table.Flush()
}

func goesTo(c reader.Column) string {
	switch {
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

// showRows reads everything and names the first rows that cannot be sent.
func showRows(ctx context.Context, w io.Writer, c *config, in *reader.Input, to client) (found tally, err error) {
	var unfit []string
	for r, err := range in.Records().Until(ctx) {
		if err != nil {
			err, hint := withoutHint(err)
			return found, &trouble{err: fmt.Errorf("read the input: %w", err), hint: hint}
		}
		found.read++
		if err := unfitness(r, to); err != nil {
			found.outcomes.Invalid++
			if len(unfit) < unfitShown {
				unfit = append(unfit, fmt.Sprintf("  %s:%d: %v\n", r.Origin.File, r.Origin.Line, err))
			}
		}
	}
	found.allowed = c.allowRejects
	text := fmt.Sprintf("\n%s, %d unfit\n%s", plural(found.read, "record"), found.outcomes.Invalid, strings.Join(unfit, ""))
	if more := found.outcomes.Invalid - len(unfit); more > 0 {
		text += fmt.Sprintf("  and %d more\n", more)
	}
	_, err = io.WriteString(w, text)
	return found, errors.Join(err, context.Cause(ctx))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func unfitness(r *user.Record, to client) error {
	if r.Err != nil {
		return r.Err
	}
	return to.Check(r)
}
