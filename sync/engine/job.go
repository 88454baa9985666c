// Package engine takes records in input order, decides what to do with each,
// gathers them into batches, delivers these through a bounded pool, and returns
// one outcome per record, again in input order.
//
// It reads no file, knows no API and writes no result: these come in as
// Job.Records, Job.Destination and Job.Results. Start with Job.
//
// The files follow the path of a record: job.go starts it, memory.go holds what
// is known of the past, plan.go decides, lanes.go keeps records of one id apart,
// absent.go adds the users missing from the input, planned.go applies what was
// decided before, gather.go fills batches, deliver.go sends them, window.go
// bounds what is under way, collect.go puts the outcomes back in order, stop.go
// keeps why a run ends early, summary.go counts.
package engine

import (
	"context"
	"errors"
	"iter"
	"time"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Results takes the outcomes. Write is called in input order by one goroutine.
// An error ends the run.
type Results interface {
	Write(user.Outcome) error
}

// Journal keeps what was sent and what came back, so that it outlives the
// process. Its methods are safe for concurrent use; an error ends the run.
type Journal interface {
	// Sent is called before a batch is sent for the first time, except for creates
	// that must not be made twice: whoever makes the call notes those.
	Sent(user.Batch) error
	// Settled is called with the outcomes of a batch, in no order.
	Settled([]user.Outcome) error
}

// Job is one run: from records to outcomes. The zero values of the numbers
// are replaced by defaults.
type Job struct {
	// Records yields chunks of records, ordinals 1, 2, 3 without a gap. An error
	// ends the input.
	Records iter.Seq2[[]*user.Record, error]
	// Absent yields further records, their ordinals going on, once the outcome of
	// all others is written: deletions of users whom the input lacks. It is called
	// only if the input was read to its end without an error. Nil has none.
	Absent func(context.Context) iter.Seq2[[]*user.Record, error]
	// Destination applies batches; an error of Apply ends the run. Its outcomes
	// are then Unsettled where nothing final is known.
	Destination destination.Destination
	Results     Results

	// Ledger tells what the destination holds; nil knows nothing beforehand.
	Ledger Ledger
	// Journal is told of every batch; nil keeps no record.
	Journal Journal
	// Resumed is what an earlier start of this run has done; zero: there was none.
	Resumed

	// Superseded reports whether what is known of a user is later than the record,
	// which was rejected before and is fed again; nil: of none.
	Superseded func(*user.Record, user.LedgerEntry) bool

	// Applying says that the records carry the calls of a plan. What these are is
	// not decided anew; what they come to is followed up on as in any run.
	Applying bool

	MaxErrors   MaxErrors
	BatchSize   int // records a call, below the destination's own limit; default 100
	Workers     int // batches under way at once; default 16
	Window      int // records read and not yet written, at most; default 16384
	WindowBytes int // memory of these records, at most, estimated; default 32 MiB
}

// Resumed is what an earlier start of a run has done.
type Resumed struct {
	// From is the last record that it has written; Records begins after it.
	From int
	// Up to Maybe, records were perhaps sent then.
	Maybe int
	// Earlier returns the outcome that such a record already has, if it has one. An
	// error ends the run.
	Earlier func(*user.Record) (user.Outcome, bool, error)
	// Sent tells which of these records were perhaps sent; nil: each may have been.
	Sent func(*user.Record) bool
}

func (j Job) withDefaults() Job {
	if j.BatchSize <= 0 {
		j.BatchSize = 100 // what the first API takes in a call
	}
	if j.Workers <= 0 {
		j.Workers = 16 // 1000 calls a minute need this many at a latency of a second
	}
	if j.Window <= 0 {
		j.Window = 16384 // ten full batches a worker: a slow one holds up nobody soon
	}
	if j.WindowBytes <= 0 {
		j.WindowBytes = 32 << 20
	}
	j.Window = max(j.Window, 2*j.BatchSize)
	return j
}

// readerGrace is how long a stopped run waits for a reader that is blocked in
// a read, which nothing can interrupt.
const readerGrace = time.Second

// Run carries the records from end to end. It returns when every call under way
// has ended and every outcome that can be written is written.
//
// The error joins the reasons why the run stopped before its end: the cause of
// ctx, the reader's error, the destination's, the results', a guard.Error. An
// *user.AccountingError says that the numbers do not add up. Once ctx is done no new
// call starts and every wait ends.
func (j Job) Run(ctx context.Context) (Summary, error) {
	j = j.withDefaults()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	why := &reasons{cancel: cancel}

	chunks, readerDone := j.read(ctx)
	window := newWindow(j.Window, j.WindowBytes, j.From)
	c := newCollector(j, window, why.stop)
	if err := c.errors.check(); err != nil {
		why.stop(err)
	}
	collected := make(chan struct{})
	go func() {
		defer close(collected)
		c.run()
	}()
	p := newPlanner(j, window, newPool(ctx, j, c, why.stop), c, why.stop)
	err := p.run(ctx, j.look(ctx, chunks))
	p.pool.wait()
	close(c.incoming)
	<-collected
	err = errors.Join(err, why.joined(ctx))
	cancel(nil)

	summary := c.summary
	summary.Read, summary.Absent = p.read-j.From, p.absent
	summary.Reading = !ended(readerDone)
	return summary.closed(err)
}

// chunk is what the reader hands over: records, or the error that ended them.
type chunk struct {
	records []*user.Record
	known   []user.LedgerEntry // of each record; nil without a ledger
	marked  int                // the last record that the ledger had seen before it was asked
	err     error
}

// read pulls the records in a goroutine of their own, because a read can block
// for as long as it likes.
func (j Job) read(ctx context.Context) (<-chan chunk, <-chan struct{}) {
	chunks, done := make(chan chunk, 1), make(chan struct{})
	go func() {
		defer close(done)
		defer close(chunks)
		for records, err := range j.Records {
			select {
			case chunks <- chunk{records: records, err: err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return chunks, done
}

func ended(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	case <-time.After(readerGrace):
		return false
	}
}
