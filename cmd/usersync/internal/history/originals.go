package history

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"usersync/cmd/usersync/internal/config"
	"usersync/reader"
	"usersync/sync/checkpoint"
	"usersync/sync/journal"
	"usersync/sync/user"
)

// Originals reads the input of a run again, to find the secrets that its rejects mask.
// It advances through the input together with the rejects, which have the same order,
// and holds one record. It is for one goroutine.
type Originals struct {
	run    *Run
	reopen Reopen
	warn   func(run string, err error)
	before *Originals // of the run whose rejects this run retried; nil if it did not

	input   *reader.Input
	next    func() (*user.Record, error, bool)
	stop    func()
	last    int // record
	row     *user.Record
	opened  int
	failing bool
}

// Reopen opens the input of an earlier run again.
type Reopen func(context.Context, journal.Header) (*reader.Input, error)

// maxReopens is how often to reopen the input for rejects that someone has reordered;
// after that the secrets stay masked.
const maxReopens = 100

// Originals reads the whole input of the run once, then that of the run whose rejects it
// retried, and so on. If one of them has changed, the error is an *OriginalsError; if a
// run cannot be found, a *LookupError. The result is nil if the run read standard
// input, which no longer exists.
//
// If a row cannot be read later, its secrets stay masked, and warn is called once.
func (r Rejects) Originals(ctx context.Context, reopen Reopen, warn func(run string, err error)) (*Originals, error) {
	return originalsOf(ctx, r.Dir, r.Run, reopen, warn)
}

func originalsOf(ctx context.Context, dir, id string, reopen Reopen, warn func(run string, err error)) (*Originals, error) {
	r, err := Find(dir, id)
	if err != nil || r.Journal.Header.ReadsStdin() {
		return nil, err
	}
	o := &Originals{run: r, reopen: reopen, warn: warn}
	if err := o.check(ctx); err != nil {
		return nil, &OriginalsError{Run: id, Err: err}
	}
	if retried := r.Journal.Header.Retried; retried != "" {
		o.before, err = originalsOf(ctx, dir, retried, reopen, warn)
	}
	return o, err
}

// OriginalsError says that the input files of a run no longer exist, or have changed
// since. Nothing was sent.
type OriginalsError struct {
	Run string
	Err error
}

// Error names the run and says what happened to its files.
func (e *OriginalsError) Error() string {
	return fmt.Sprintf("find masked secrets in the input of run %s: %v; nothing was sent", e.Run, e.Err)
}

// Unwrap returns Err.
func (e *OriginalsError) Unwrap() error { return e.Err }

// check reads the input up to the run's checkpoint, and compares its hash.
func (o *Originals) check(ctx context.Context) error {
	if err := o.open(ctx); err != nil {
		return err
	}
	history := o.run.Journal
	_, stop, err := checkpoint.Skip(iter.Seq2[*user.Record, error](o.input.Records()), checkpoint.NewDigest(), history.Checkpoint, history.Header.Mode == string(config.Mirror))
	if err == nil {
		stop()
	}
	return errors.Join(err, o.close())
}

func (o *Originals) open(ctx context.Context) (err error) {
	o.input, err = o.reopen(ctx, o.run.Journal.Header)
	return err
}

// Record returns a record of the run's input; nil if it cannot be read, or if the run has no
// checkpoint after it, so that nothing shows that it is the same. On nil it returns nil.
func (o *Originals) Record(ctx context.Context, n int) *user.Record {
	if o == nil || n < 1 || n > o.run.Journal.Checkpoint.Record {
		return nil
	}
	return o.record(ctx, n)
}

// Rows returns the rows that a reject was made from, the latest first; none if they
// cannot be read.
func (o *Originals) Rows(ctx context.Context, r user.Rejected) [][]byte {
	if o == nil || r.Run != o.run.ID || r.Record < 1 || r.Record > o.run.Journal.Checkpoint.Record {
		return nil
	}
	rec := o.record(ctx, r.Record)
	if rec == nil {
		return nil
	}
	rows := [][]byte{[]byte(rec.Origin.Raw)}
	if rec.Origin.Before != nil {
		rows = append(rows, o.before.Rows(ctx, *rec.Origin.Before)...)
	}
	return rows
}

// record returns a record of the input; nil if it cannot be read.
func (o *Originals) record(ctx context.Context, n int) *user.Record {
	if n < o.last || o.next == nil {
		if o.opened == maxReopens || o.failing {
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
			return o.fail(errors.Join(err, errors.New("it is shorter than before")))
		}
		o.last, o.row = r.Origin.Record, r
	}
	return o.row
}

// fail warns once that no more secrets can be found: their rows stay invalid.
func (o *Originals) fail(err error) *user.Record {
	if !o.failing {
		o.warn(o.run.ID, err)
	}
	o.failing = true
	return nil
}

// Close closes the inputs. On nil it does nothing.
func (o *Originals) Close() (err error) {
	for ; o != nil; o = o.before {
		err = errors.Join(err, o.close())
	}
	return err
}

// close closes the input, so that it can be reopened.
func (o *Originals) close() (err error) {
	if o.stop != nil {
		o.stop()
	}
	if o.input != nil {
		err = o.input.Close()
	}
	o.input, o.next, o.stop, o.last, o.row = nil, nil, nil, 0, nil
	return err
}
