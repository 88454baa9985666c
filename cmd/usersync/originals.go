package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/sync/journal"
	"usersync/sync/user"
)

// originals reads once more what a run has read, for the secrets that its rejects
// mask. It goes through the input beside the rejects, which stand in the same
// order, and holds one record.
type originals struct {
	job    *job
	run    string
	past   *journal.Past
	before *originals // of the run whose rejects this run sent again; nil if it did not

	input   *reader.Input
	next    func() (*user.Record, error, bool)
	stop    func()
	last    int // record
	row     *user.Record
	opened  int
	failing bool
}

// mostOpened is how often the input is begun anew for rejects that somebody has
// put into another order; beyond it the secret stays masked.
const mostOpened = 100

// findOriginals prepares what a retry needs to know the secrets that its rejects
// mask. The files must hold what the run has read. Nil if there is nothing to be
// found: no secret is masked, or they came from standard input.
func (j *job) findOriginals(ctx context.Context) (*originals, error) {
	if !j.retried.masked || j.config.Output.RejectsSecrets == "keep" {
		return nil, nil
	}
	o, err := j.originalsOf(ctx, runName{j.retried.runsDir, j.retried.run})
	if err != nil || o == nil {
		return nil, err
	}
	j.config.Input.Original = func(r user.Rejected) [][]byte { return o.rows(ctx, r) }
	return o, nil
}

func (j *job) originalsOf(ctx context.Context, r runName) (*originals, error) {
	past, err := r.past()
	if err != nil {
		return nil, err
	}
	if past.Header.ReadsStdin() {
		return nil, nil
	}
	o := &originals{job: j, run: r.id, past: past}
	if err := o.check(ctx); err != nil {
		if sig := exit.StoppedBy(ctx); sig != nil {
			return nil, sig
		}
		return nil, exit.Usage(exit.NothingSent(fmt.Errorf("take masked secrets from what run %s has read: %w", r.id, err)),
			"put those files back; or run the rejects as an input of their own: rows with a masked secret are left out then", j.again(j.paths...))
	}
	if retried := past.Header.Retried; retried != "" {
		o.before, err = j.originalsOf(ctx, runName{r.runsDir, retried})
	}
	return o, err
}

// check reads the input as far as the run has written it, and compares its hash.
func (o *originals) check(ctx context.Context) error {
	if err := o.open(ctx); err != nil {
		return err
	}
	k := &keeper{digest: sha256.New()}
	_, stop, err := skip(o.input.Records(), k, o.past.Mark, o.past.Header.Mode == string(mirror))
	if err == nil {
		stop()
	}
	return errors.Join(err, o.close())
}

func (o *originals) open(ctx context.Context) (err error) {
	var paths []string
	for _, in := range o.past.Header.Inputs {
		paths = append(paths, in.Path)
	}
	options := readerOptions(o.job.stdin, o.job.config, o.job.conn.client.Traits(), paths, expected{})
	options.Original, options.Sidecar, options.Trailer = nil, false, ""
	if o.past.Header.Retried == "" {
		options.Trailer = o.job.retried.trailer
	}
	if o.input, err = reader.Open(ctx, options); err != nil {
		_, err = withoutHint(err)
	}
	return err
}

// rows returns the rows that a reject was made of, the latest first.
func (o *originals) rows(ctx context.Context, r user.Rejected) [][]byte {
	if o == nil || r.Run != o.run || r.Record < 1 || r.Record > o.past.Mark.Record {
		return nil
	}
	rec := o.record(ctx, r.Record)
	if rec == nil {
		return nil
	}
	rows := [][]byte{rec.Origin.Raw}
	if rec.Origin.Before != nil {
		rows = append(rows, o.before.rows(ctx, *rec.Origin.Before)...)
	}
	return rows
}

// record returns a record of the input; nil if it cannot be had.
func (o *originals) record(ctx context.Context, n int) *user.Record {
	if n < o.last || o.next == nil {
		if o.opened == mostOpened || o.failing {
			return nil
		}
		o.opened++
		if err := errors.Join(o.close(), o.open(ctx)); err != nil {
			return o.fail(err)
		}
		o.next, o.stop = iter.Pull2(iter.Seq2[*user.Record, error](o.input.Records()))
	}
	for o.last < n {
		r, err, more := o.next()
		if err != nil || !more {
			return o.fail(errors.Join(err, errors.New("it is shorter than it was")))
		}
		o.last, o.row = r.Origin.Record, r
	}
	return o.row
}

// fail says once that no more secrets can be had: their rows stay invalid.
func (o *originals) fail(err error) *user.Record {
	if !o.failing {
		o.job.log.Warn("masked secrets cannot be taken from what the run has read", zap.String("run", o.run), zap.Error(err))
	}
	o.failing = true
	return nil
}

// close closes what is open, so that it may be opened again.
func (o *originals) close() (err error) {
	if o.stop != nil {
		o.stop()
	}
	if o.input != nil {
		err = o.input.Close()
	}
	o.input, o.next, o.stop, o.last, o.row = nil, nil, nil, 0, nil
	return err
}

// closeOriginals leaves alone what is perhaps still being read.
func (j *job) closeOriginals(o *originals) (err error) {
	for ; o != nil && !j.counts.Reading; o = o.before {
		err = errors.Join(err, o.close())
	}
	return err
}
