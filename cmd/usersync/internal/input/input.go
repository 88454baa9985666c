// Package input finds, opens and checks the input of a command: the files, what is
// expected of the whole input, and whether the columns fit.
//
// It does not read records; package reader does. Start at Open.
package input

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/reader/mapping"
	"usersync/reader/place"
	"usersync/sync/destination"
	"usersync/sync/user"
)

// Open opens the files and checks their columns against the mapping and the
// destination. An input that does not fit is an *exit.Error. If a signal ends ctx, the
// error is that signal.
func Open(ctx context.Context, stdin io.Reader, c *config.Config, to connect.Client, paths []string) (*reader.Input, error) {
	in, err := OpenColumns(ctx, stdin, c, to, paths)
	if err != nil {
		return nil, err
	}
	if err := CheckColumns(ctx, c, to, paths, in); err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return in, nil
}

// OpenColumns is like Open, but checks the columns only against the mapping.
func OpenColumns(ctx context.Context, stdin io.Reader, c *config.Config, to connect.Client, paths []string) (*reader.Input, error) {
	x, err := expectations(ctx, c)
	if err != nil {
		return nil, err
	}
	in, err := exit.UnlessStopped(ctx, func() (*reader.Input, error) {
		o := Options(stdin, c, to.Traits(), paths, x)
		o.Values = connect.Values(c, to).Apply
		return reader.Open(ctx, o)
	})
	if err != nil {
		return nil, inputError(ctx, c, paths, err)
	}
	return in, nil
}

// CheckColumns checks the columns of an input against the destination.
func CheckColumns(ctx context.Context, c *config.Config, to connect.Client, paths []string, in *reader.Input) error {
	if in.Layout().Empty { // without users, no column is missing
		return nil
	}
	if err := to.CheckColumns(in.Fields(), c.Target.Intent()); err != nil {
		return inputError(ctx, c, paths, unquoted(err, c, in.Layout().Header))
	}
	return nil
}

// unquoted takes out of err the name of a field that is only the name of a column, where
// that may be a value: without a mapping, some APIs take any column by its own name.
func unquoted(err error, c *config.Config, header []string) error {
	bad, ok := errors.AsType[*user.InvalidError](err)
	if !ok || len(c.Input.Fields) > 0 || mapping.IsColumnName(string(bad.Field)) {
		return err
	}
	name := string(bad.Field)
	at := slices.IndexFunc(header, func(column string) bool { return user.Trim(column) == name })
	if at < 0 {
		return err
	}
	hint := strings.ReplaceAll(bad.Hint, "{"+name+"}", "it")
	return user.NewInvalidError(bad.Code, "", mapping.Shown(name, at)+": "+bad.Rule, hint)
}

// Options say how to read the files for a destination with those traits.
func Options(stdin io.Reader, c *config.Config, t destination.Traits, paths []string, x config.Expected) reader.Options {
	o := Layout(&c.Input)
	o.Paths, o.Places, o.Stdin, o.Op, o.Rejects.Original = paths, c.Places, stdin, c.Target.Intent(), c.Input.Original
	o.Rejects.Selected = c.Input.Selected
	o.Mapping = mapping.Config{Fields: c.Input.Fields, Ignore: c.Input.Ignore, OpColumn: c.Input.OpColumn,
		NullValues: c.Input.NullValues, KeepBlanks: !c.Input.Trim}
	o.Accepts, o.CSV.Trailer = accepts(t), c.Proof.Trailer
	o.Expect.TrustEOF, o.Expect.MinAge, o.IDs, o.Rejects.RejectedAs = c.Proof.TrustEOF, c.Proof.MinAge, c.Input.Policy(), c.Input.RejectedAs
	o.Expect.Records, o.Expect.SHA256, o.Expect.Sidecar = x.Records, x.SHA256, true
	return o
}

// Layout returns the options that say how a file is read, and no others.
func Layout(in *config.Input) reader.Options {
	o := reader.Options{CSV: reader.CSVOptions{Delimiter: in.Delimiter, Escape: in.Escape, HeaderRow: in.HeaderRow, Comment: in.Comment, Footer: in.Footer}, Records: in.Records, Sheet: in.Sheet}
	if in.Format != "auto" {
		o.Format = in.Format
	}
	if in.Charset != "auto" {
		o.Charset = in.Charset
	}
	return o
}

func accepts(t destination.Traits) mapping.Accepts {
	return mapping.Accepts{Name: t.Name, Fields: t.Fields, Any: t.AnyField}
}

// inputError is for an input that does not fit: someone has to fix the file or the
// mapping.
func inputError(ctx context.Context, c *config.Config, paths []string, err error) error {
	if sig := exit.StoppedBy(ctx); sig != nil {
		return sig
	}
	hint, bare := SplitHint(err)
	code := exit.Misuse
	if kind, ok := place.KindOf(err); ok && kind == place.Lost {
		code = exit.Temporary
	}
	return &exit.Error{Err: fmt.Errorf("open the input: %w", bare), Code: code, Hint: hint, Next: nextForInput(c, paths, bare)}
}

// SplitHint splits an error into its hint, which is printed on its own line, and the
// error without it.
func SplitHint(err error) (hint string, bare error) {
	if e, ok := errors.AsType[*reader.InputError](err); ok {
		return e.Hint, err
	}
	if e, ok := errors.AsType[*user.InvalidError](err); ok {
		bare := *e
		bare.Hint = ""
		return e.Hint, &bare
	}
	return "", err
}
