// Package check checks an input without sending it: where each column goes, which rows
// are invalid, and what the first call would look like.
//
// It applies the rules of package reader and of the destination, and has none of its own.
// Start at Input.
package check

import (
	"context"
	"errors"
	"fmt"
	"io"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/input"
	"usersync/reader"
	"usersync/reader/mapping"
	"usersync/sync/user"
)

// invalidShown is how many invalid rows are listed; the rest are only counted.
const invalidShown = 20

// Rows counts the records that were read, and those of them that are invalid.
type Rows struct{ Read, Invalid int }

// Input checks the files, or those that c names, against the config and the API, and
// reports to r. It makes no call. An input that does not fit is an *exit.Error; invalid
// rows are not an error.
func Input(ctx context.Context, stdin io.Reader, c *config.Config, args []string, r *Report) (found Rows, err error) {
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
	paths, err := input.Paths(args, c.Input.From)
	if err != nil {
		return found, err
	}
	if err := input.CheckResults(c, paths, stdin); err != nil {
		return found, err
	}
	in, err := input.OpenColumns(ctx, stdin, c, conn.Client, paths)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	r.columns(columnsOf(c, in.Columns()))
	if err := input.CheckColumns(ctx, c, conn.Client, paths, in); err != nil {
		return found, err
	}
	return readRows(ctx, in, conn.Client, r)
}

// columnsOf says where each column goes, and which fields have no column.
func columnsOf(c *config.Config, columns []reader.Column) []shownColumn {
	var all []shownColumn
	for _, column := range columns {
		all = append(all, shownColumn{column.Name, goesTo(column)})
	}
	for _, rule := range c.Input.Fields {
		if rule.Column == "" {
			all = append(all, shownColumn{"(" + ruleText(rule) + ")", string(rule.Field)})
		}
	}
	return all
}

func goesTo(c reader.Column) string {
	switch {
	case c.Op:
		return "what to do with each row"
	case c.Field != "":
		return string(c.Field)
	case c.Read:
		return "computed fields"
	}
	return "not sent"
}

func ruleText(r mapping.Rule) string {
	if r.Value != nil {
		return "value " + r.Value.Text
	}
	return r.Expr
}

// readRows reads everything and lists the first invalid rows.
func readRows(ctx context.Context, in *reader.Input, to connect.Client, report *Report) (found Rows, err error) {
	var invalid []invalidRow
	for r, err := range in.Records().Until(ctx) {
		if err != nil {
			hint, err := input.SplitHint(err)
			return found, &exit.Error{Err: fmt.Errorf("read the input: %w", err), Hint: hint}
		}
		found.Read++
		if err := checkRecord(r, to); err != nil {
			found.Invalid++
			if len(invalid) < invalidShown {
				invalid = append(invalid, invalidRow{r.Origin.File, r.Origin.Line, err.Error()})
			}
			continue
		}
		report.preview(to, r)
	}
	report.rows(found, invalid)
	report.warnings(in.Warnings())
	report.request()
	return found, context.Cause(ctx)
}

func checkRecord(r *user.Record, to connect.Client) error {
	if r.Err != nil {
		return r.Err
	}
	return to.Check(r)
}
