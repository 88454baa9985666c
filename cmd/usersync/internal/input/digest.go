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
	"usersync/reader/place"
	"usersync/reader/source"
	"usersync/reader/workbook"
	"usersync/sync/fingerprint"
	"usersync/sync/journal"
)

// Digest identifies an input.
type Digest struct {
	SHA256 string // in hex
	Bytes  int64
	// Fingerprints is the key of the record fingerprints in a plan: without the input
	// no one can test guesses against them.
	Fingerprints fingerprint.Key
}

// DigestOf computes the digest of files, the same that reading their records gives.
func DigestOf(ctx context.Context, c *config.Config, paths []string) (d Digest, err error) {
	tally, key := source.NewDigest(), sha256.New()
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

func digestFile(ctx context.Context, c *config.Config, path string, tally *source.Digest, key hash.Hash) (err error) {
	o := source.Options{Path: path, Places: c.Places, Digest: tally, Workbook: workbook.Options{Sheet: c.Input.Sheet, HeaderRow: c.Input.HeaderRow}}
	if c.Input.Charset != "auto" {
		o.Charset = c.Input.Charset
	}
	s, err := source.Open(ctx, o)
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

// readError makes an error of package source a *reader.InputError.
func readError(err error) error {
	if e, ok := errors.AsType[*source.Error](err); ok {
		return &reader.InputError{File: e.File, Rule: e.Rule, Hint: e.Hint, Err: e.Err}
	}
	return err
}

// readerFunc is a function that is an io.Reader.
type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// untilDone reads r, and fails when ctx is done.
func untilDone(ctx context.Context, r io.Reader) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		return r.Read(p)
	})
}

// Repeatable reports whether the whole input can be read twice.
func Repeatable(paths []string) bool {
	for _, path := range paths {
		if place.Is(path) {
			continue // one that cannot is refused when it is opened again
		}
		if info, err := os.Stat(path); path == "-" || err == nil && !info.Mode().IsRegular() {
			return false
		}
	}
	return true
}

// Versions identify the version of each file of an input: by size and modification
// time, and at a URL also by the version that was opened first. Only regular files and objects
// have these. Resuming also compares the content up to the checkpoint.
func Versions(c *config.Config, paths []string, format string) []journal.Input {
	var all []journal.Input
	for _, path := range paths {
		in := journal.Input{Path: path, Format: format}
		if v, opened := c.Places.Version(path); place.Is(path) && opened && v.Known() {
			in.Version, in.Size, in.Modified = v.ID, max(0, v.Size), v.Modified
		} else if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			in.Size, in.Modified = info.Size(), info.ModTime().UTC()
		}
		all = append(all, in)
	}
	return all
}

// Pin makes the files at a URL be opened in the versions that an earlier run has read.
func Pin(c *config.Config, was []journal.Input) {
	for _, in := range was {
		if place.Is(in.Path) && (in.Version != "" || !in.Modified.IsZero()) {
			size := in.Size
			if size == 0 {
				size = -1
			}
			c.Places.Pin(in.Path, place.Version{ID: in.Version, Size: size, Modified: in.Modified})
		}
	}
}
