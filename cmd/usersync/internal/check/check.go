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
	"usersync/sync/destination"
	"usersync/sync/user"
)

// invalidShown is how many invalid rows are listed; the rest are only counted.
const invalidShown = 20

// Findings is what was found out about an input. It can be printed whatever kept Input
// from looking further; the zero value is that of an input that was not looked at.
type Findings struct {
	Read, Invalid int // records
	// Proof says what a call has proved about the connection; empty if none was asked for.
	Proof string

	columns  []column
	toTheEnd bool // all rows were read
	invalid  []invalidRow
	warnings []string
	noted    user.Noted
	request  *destination.Preview
	profiles []fileProfile
}

// Input checks the files, or those that c names, against the config and the API. It
// makes no call. An input that does not fit is an *exit.Error; invalid rows are not an
// error. With an error it returns what it found before.
func Input(ctx context.Context, stdin io.Reader, c *config.Config, args []string) (found Findings, err error) {
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
	paths, err := input.Paths(ctx, c, args)
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
	found.columns = columnsOf(c, in.Columns())
	if err := input.CheckColumns(ctx, c, conn.Client, paths, in); err != nil {
		return found, err
	}
	if c.Target.Intent() == user.Upsert && !in.Layout().Empty {
		found.warnings = newUserWarnings(in.Fields(), conn.Client)
	}
	return found, found.read(ctx, in, conn.Client)
}

// newUserWarnings says which field the API requires of new users only, if the input has none:
// a user that exists can do without.
func newUserWarnings(fields []user.Field, to connect.Client) []string {
	invalid, ok := errors.AsType[*user.InvalidError](to.CheckColumns(fields, user.Create))
	if !ok || invalid.Code != "missing_column" {
		return nil
	}
	return []string{invalid.Error() + "; users who are not in the API yet will be invalid"}
}

// columnsOf says where each column goes, and which fields have no column.
func columnsOf(c *config.Config, columns []reader.Column) []column {
	var all []column
	for _, own := range columns {
		all = append(all, column{own.Name, goesTo(own)})
	}
	for _, rule := range c.Input.Fields {
		if rule.Column == "" {
			all = append(all, column{"(" + ruleText(rule) + ")", string(rule.Field)})
		}
	}
	return all
}

const notSent = "not sent"

func goesTo(c reader.Column) string {
	switch {
	case c.Op:
		return "what to do with each row"
	case c.Field != "":
		return string(c.Field)
	case c.Read:
		return "computed fields"
	}
	return notSent
}

func ruleText(r mapping.Rule) string {
	if r.Value != nil {
		return "value " + r.Value.Text
	}
	return r.Expr
}

// read reads everything and keeps the first invalid rows.
func (f *Findings) read(ctx context.Context, in *reader.Input, to connect.Client) error {
	ids := newComparison()
	for r, err := range in.Records().Until(ctx) {
		if err != nil {
			hint, err := input.SplitHint(err)
			return &exit.Error{Err: fmt.Errorf("read the input: %w", err), Hint: hint}
		}
		f.Read++
		if err := checkRecord(r, to); err != nil {
			f.Invalid++
			if len(f.invalid) < invalidShown {
				f.invalid = append(f.invalid, invalidRow{r.Origin.File, r.Origin.Line, err.Error()})
			}
			continue
		}
		if err := ids.note(ctx, r); err != nil {
			return err
		}
		f.noted.Add(r)
		f.preview(to, r)
	}
	f.toTheEnd, f.warnings = true, append(f.warnings, in.Expected()...)
	return context.Cause(ctx)
}

func checkRecord(r *user.Record, to connect.Client) error {
	if r.Err == nil {
		return to.Check(r)
	}
	if r.HasCells() {
		r.Also(to.Check(r))
	}
	return r.Err
}
