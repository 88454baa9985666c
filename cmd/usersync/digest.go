package main

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
)

// inputDigest is what an input is known by.
type inputDigest struct {
	sha256 string
	bytes  int64
	// prints keys the prints of records in a plan: who does not have the input
	// cannot test guesses against them.
	prints fingerprint.Key
}

// digestOf reads files to their end, for their digest alone, as it will be when
// they are read for their records.
func digestOf(ctx context.Context, c *config.Config, paths []string) (d inputDigest, err error) {
	tally, key := source.NewTally(), sha256.New()
	key.Write([]byte("usersync plan prints\n")) // a hash never fails
	for _, path := range paths {
		if err := digestFile(ctx, c, path, tally, key); err != nil {
			return d, err
		}
	}
	d.sha256, d.bytes = tally.Sum()
	d.prints, err = fingerprint.ParseKey(hex.EncodeToString(key.Sum(nil)))
	return d, err
}

func digestFile(ctx context.Context, c *config.Config, path string, tally *source.Tally, key hash.Hash) (err error) {
	o := source.Options{Path: path, Tally: tally}
	if c.Input.Charset != "auto" {
		o.Charset = c.Input.Charset
	}
	s, err := source.Open(o)
	if err != nil {
		return unreadable(err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Count(); err != nil {
		return unreadable(err)
	}
	if _, err := io.Copy(key, untilDone{ctx, s}); err != nil {
		return unreadable(err)
	}
	return nil
}

// unreadable is an input that cannot be read to its end.
func unreadable(err error) error {
	if e, ok := errors.AsType[*source.Error](err); ok {
		return &reader.InputError{File: e.File, Rule: e.Rule, Hint: e.Hint, Err: e.Err}
	}
	return err
}

// untilDone reads until its context is done.
type untilDone struct {
	ctx context.Context
	r   io.Reader
}

func (u untilDone) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	return u.r.Read(p)
}

// canReadTwice reports whether all of the input can be read from its begin again.
func canReadTwice(paths []string) bool {
	for _, path := range paths {
		if info, err := os.Stat(path); path == "-" || err == nil && !info.Mode().IsRegular() {
			return false
		}
	}
	return true
}
