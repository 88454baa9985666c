package main

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
)

// openInput opens the files and holds their columns against the mapping and
// the destination. Nothing was sent when it fails.
func openInput(ctx context.Context, stdin io.Reader, c *config.Config, to connect.Client, paths []string) (*reader.Input, error) {
	in, err := readInput(ctx, stdin, c, to, paths)
	if err != nil {
		return nil, err
	}
	if err := checkColumns(ctx, c, to, paths, in); err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return in, nil
}

// readInput holds the columns against the mapping alone.
func readInput(ctx context.Context, stdin io.Reader, c *config.Config, to connect.Client, paths []string) (*reader.Input, error) {
	x, err := expectations(c)
	if err != nil {
		return nil, err
	}
	in, err := exit.UnlessStopped(ctx, func() (*reader.Input, error) {
		return reader.Open(ctx, readerOptions(stdin, c, to.Traits(), paths, x))
	})
	if err != nil {
		return nil, refusedInput(ctx, c, paths, err)
	}
	return in, nil
}

// warn tells what a person should know of the input once it was read.
func (j *job) warn(reading bool) {
	if reading { // by another goroutine, which a pipe keeps waiting
		return
	}
	for _, warning := range j.input.Warnings() {
		j.log.always(warning)
	}
}

func checkColumns(ctx context.Context, c *config.Config, to connect.Client, paths []string, in *reader.Input) error {
	if err := to.CheckColumns(in.Fields(), c.Target.Intent()); err != nil {
		return refusedInput(ctx, c, paths, err)
	}
	return nil
}

func readerOptions(stdin io.Reader, c *config.Config, t destination.Traits, paths []string, x config.Expected) reader.Options {
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

// refusedInput is an input that does not fit: a person mends the file or the
// mapping.
func refusedInput(ctx context.Context, c *config.Config, paths []string, err error) error {
	if sig := exit.StoppedBy(ctx); sig != nil {
		return sig
	}
	hint, err := withoutHint(err)
	return exit.Usage(fmt.Errorf("open the input: %w", err), hint, nextForInput(c, paths, err))
}
