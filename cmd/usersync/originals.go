package main

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/reader"
	"usersync/sync/journal"
	"usersync/sync/user"
)

// findOriginals prepares what a retry needs to know the secrets that its rejects
// mask. The files must hold what the run has read. Nil if there is nothing to be
// found: no secret is masked, or they came from standard input.
func (j *job) findOriginals(ctx context.Context) (*history.Originals, error) {
	if !j.retried.Masked || j.config.Output.RejectsSecrets == "keep" {
		return nil, nil
	}
	o, err := j.retried.Originals(ctx, j.reopen, func(run string, err error) {
		j.log.Warn("masked secrets cannot be taken from what the run has read", zap.String("run", run), zap.Error(err))
	})
	changed, isChanged := errors.AsType[*history.OriginalsError](err)
	switch sig := exit.StoppedBy(ctx); {
	case isChanged && sig != nil:
		return nil, sig
	case isChanged:
		return nil, exit.Usage(changed, "put those files back; or run the rejects as an input of their own: rows with a masked secret are left out then", j.config.Invocation.Again(j.paths...))
	case err != nil || o == nil:
		return nil, err
	}
	j.config.Input.Original = func(r user.Rejected) [][]byte { return o.Rows(ctx, r) }
	return o, nil
}

// reopen opens what an earlier run has read, with the settings of now.
func (j *job) reopen(ctx context.Context, h journal.Header) (*reader.Input, error) {
	var paths []string
	for _, in := range h.Inputs {
		paths = append(paths, in.Path)
	}
	options := readerOptions(j.stdin, j.config, j.conn.Client.Traits(), paths, config.Expected{})
	options.Original, options.Sidecar, options.Trailer = nil, false, ""
	if h.Retried == "" {
		options.Trailer = j.retried.trailer
	}
	in, err := reader.Open(ctx, options)
	if err != nil {
		_, err = withoutHint(err)
		return nil, err
	}
	return in, nil
}

// closeOriginals leaves alone what is perhaps still being read.
func (j *job) closeOriginals(o *history.Originals) error {
	if j.counts.Reading {
		return nil
	}
	return o.Close()
}
