// Package input finds, checks and opens what a command reads: the files that are
// named, what must hold of them as a whole, and the fit of their columns.
//
// It reads no records; package reader does. Start at Open.
package input

import (
	"context"
	"errors"
	"fmt"
	"io"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/reader/mapping"
	"usersync/sync/destination"
	"usersync/sync/user"
)

// Open opens the files and holds their columns against the mapping and the
// destination. What does not fit is an *exit.Error. A signal that ends ctx is its
// error.
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

// OpenColumns opens the files as Open does, and holds their columns against the
// mapping alone.
func OpenColumns(ctx context.Context, stdin io.Reader, c *config.Config, to connect.Client, paths []string) (*reader.Input, error) {
	x, err := expectations(c)
	if err != nil {
		return nil, err
	}
	in, err := exit.UnlessStopped(ctx, func() (*reader.Input, error) {
		return reader.Open(ctx, Options(stdin, c, to.Traits(), paths, x))
	})
	if err != nil {
		return nil, inputError(ctx, c, paths, err)
	}
	return in, nil
}

// CheckColumns holds the columns of an input against the destination.
func CheckColumns(ctx context.Context, c *config.Config, to connect.Client, paths []string, in *reader.Input) error {
	if err := to.CheckColumns(in.Fields(), c.Target.Intent()); err != nil {
		return inputError(ctx, c, paths, err)
	}
	return nil
}

// Options are how the files are read for a destination with those traits.
func Options(stdin io.Reader, c *config.Config, t destination.Traits, paths []string, x config.Expected) reader.Options {
	o := reader.Options{
		Paths: paths, Stdin: stdin, Delimiter: c.Input.Delimiter, Op: c.Target.Intent(),
		Mapping: mapping.Config{Fields: c.Input.Fields, Ignore: c.Input.Ignore, OpColumn: c.Input.OpColumn},
		Accepts: accepts(t), ExpectRecords: x.Records, ExpectSHA256: x.SHA256, Sidecar: true, Trailer: c.Proof.Trailer,
		Original: c.Input.Original,
	}
	if c.Input.Format != "auto" {
		o.Format = c.Input.Format
	}
	if c.Input.Charset != "auto" {
		o.Charset = c.Input.Charset
	}
	return o
}

func accepts(t destination.Traits) mapping.Accepts {
	return mapping.Accepts{Name: t.Name, Fields: t.Fields, Any: t.AnyField}
}

// refusedInput is an input that does not fit: a person fixes the file or the
// mapping.
func inputError(ctx context.Context, c *config.Config, paths []string, err error) error {
	if sig := exit.StoppedBy(ctx); sig != nil {
		return sig
	}
	hint, err := SplitHint(err)
	return exit.Usage(fmt.Errorf("open the input: %w", err), hint, nextForInput(c, paths, err))
}

// WithoutHint returns the hint that an error carries, so that it can stand on a
// line of its own, and the error with a text without it.
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
