package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/reader/mapping"
	"usersync/sync/destination"
)

// openInput opens the files and holds their columns against the mapping and
// the destination. Nothing was sent when it fails.
func openInput(ctx context.Context, stdin io.Reader, c *config, to client, paths []string) (*reader.Input, error) {
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
func readInput(ctx context.Context, stdin io.Reader, c *config, to client, paths []string) (*reader.Input, error) {
	x, err := c.expected()
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
		j.mention(warning)
	}
}

func checkColumns(ctx context.Context, c *config, to client, paths []string, in *reader.Input) error {
	if err := to.CheckColumns(in.Fields(), c.intent()); err != nil {
		return refusedInput(ctx, c, paths, err)
	}
	return nil
}

func readerOptions(stdin io.Reader, c *config, t destination.Traits, paths []string, x expected) reader.Options {
	o := reader.Options{
		Paths: paths, Stdin: stdin, Delimiter: c.Input.Delimiter, Op: c.intent(),
		Mapping: mapping.Config{Fields: c.Input.Fields, Ignore: c.Input.Ignore, OpColumn: c.Input.OpColumn},
		Accepts: accepts(t), ExpectRecords: x.records, ExpectSHA256: x.sha256, Sidecar: true, Trailer: c.Proof.trailer,
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
func refusedInput(ctx context.Context, c *config, paths []string, err error) error {
	if sig := exit.StoppedBy(ctx); sig != nil {
		return sig
	}
	hint, err := withoutHint(err)
	return exit.Usage(fmt.Errorf("open the input: %w", err), hint, c.mendInput(paths, err))
}
