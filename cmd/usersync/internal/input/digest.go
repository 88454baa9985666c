package input

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"

	"usersync/cmd/usersync/internal/config"
	"usersync/reader"
	"usersync/reader/source"
	"usersync/sync/fingerprint"
	"usersync/sync/journal"
)

// Digest is what an input is known by.
type Digest struct {
	SHA256 string // in hex
	Bytes  int64
	// Fingerprints keys the prints of records in a plan: who does not have the input
	// cannot test guesses against them.
	Fingerprints fingerprint.Key
}

// DigestOf reads files to their end, for their digest alone, as it will be when
// they are read for their records.
func DigestOf(ctx context.Context, c *config.Config, paths []string) (d Digest, err error) {
	tally, key := source.NewTally(), sha256.New()
	key.Write([]byte("usersync plan prints\n")) // a hash never fails
	for _, path := range paths {
		if err := digestFile(ctx, c, path, tally, key); err != nil {
			return d, err
		}
	}
	d.SHA256, d.Bytes = tally.Sum()
	d.Fingerprints, err = fingerprint.ParseKey(hex.EncodeToString(key.Sum(nil)))
	return d, err
}

func digestFile(ctx context.Context, c *config.Config, path string, tally *source.Tally, key hash.Hash) (err error) {
	o := source.Options{Path: path, Tally: tally}
	if c.Input.Charset != "auto" {
		o.Charset = c.Input.Charset
	}
	s, err := source.Open(o)
	if err != nil {
		return readError(err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Count(); err != nil {
		return readError(err)
	}
	if _, err := io.Copy(key, untilDone(ctx, s)); err != nil {
		return readError(err)
	}
	return nil
}

// unreadable is an input that cannot be read to its end.
func readError(err error) error {
	if e, ok := errors.AsType[*source.Error](err); ok {
		return &reader.InputError{File: e.File, Rule: e.Rule, Hint: e.Hint, Err: e.Err}
	}
	return err
}

// readerFunc is a read of a Reader.
type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// untilDone reads r until ctx is done.
func untilDone(ctx context.Context, r io.Reader) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		return r.Read(p)
	})
}

// Repeatable reports whether all of the input can be read from its beginning again.
func Repeatable(paths []string) bool {
	for _, path := range paths {
		if info, err := os.Stat(path); path == "-" || err == nil && !info.Mode().IsRegular() {
			return false
		}
	}
	return true
}

// Versions tell one version of an input's files from another: by their size and
// the time they were changed. What they begin with is compared as well. What is no
// regular file has neither.
func Versions(paths []string, format string) []journal.Input {
	var all []journal.Input
	for _, path := range paths {
		in := journal.Input{Path: path, Format: format}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			in.Size, in.Modified = info.Size(), info.ModTime().UTC()
		}
		all = append(all, in)
	}
	return all
}
