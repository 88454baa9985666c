// Package engine takes records in input order, decides what to do with each, gathers
// them into batches, delivers these through a bounded pool, and returns one outcome per
// record, again in input order.
//
// It reads no files, knows no API and writes no results: these come in as Job.Records,
// Job.Destination and Job.Results. Start at Job.
//
// The files follow the path of a record: job.go starts it, memory.go holds what is known
// of its user, decide.go, planned.go and repeats.go decide, flights.go and names.go keep
// records of one user in order, canaries.go sends the first ones alone, missing.go adds the
// users missing from the input. plan.go ties these together. outbox.go and gather.go fill
// batches, deliver.go sends them, window.go limits what is in memory, collect.go puts the
// outcomes back in order, stop.go keeps why a run ends early, summary.go counts.
package engine

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"usersync/sync/destination"
	"usersync/sync/telemetry"
	"usersync/sync/user"
)

// Results takes the outcomes. Write is called in input order by one goroutine, and must not
// change the outcome. An error ends the run.
type Results interface {
	Write(*user.Outcome) error
}

// Journal records what was sent and what came back, durably. Its methods are safe for
// concurrent use; an error ends the run.
type Journal interface {
	// Sent is called before a batch is sent for the first time, except for creates
	// that must not be repeated, which are recorded right before their call.
	Sent(user.Batch) error
	// Settled is called with the outcomes of a batch, in no order.
	Settled([]user.Outcome) error
	// Looked is called in place of Sent where a read or a turn decides who is sent.
	Looked(user.Batch) error
	// Untaken takes back what Sent recorded of records that no call has delivered. It
	// is called when the run ends before they have an outcome.
	Untaken([]*user.Record) error
}

// Job is one run: from records to outcomes. Numbers that are 0 get defaults.
type Job struct {
	// Records yields chunks of records with ordinals 1, 2, 3 and so on. An error ends
	// the input.
	Records iter.Seq2[[]*user.Record, error]
	// Missing yields further records, with consecutive ordinals, once the outcomes of
	// all others are written: deletions of users missing from the input. It is called
	// only if the input was read to its end without an error. Nil yields none.
	Missing func(context.Context) iter.Seq2[[]*user.Record, error]
	// Destination applies batches; an error of Apply ends the run. Its outcomes are
	// then Unsettled unless they are final.
	Destination destination.Destination
	Results     Results

	// Ledger says what the destination holds; nil knows nothing beforehand.
	Ledger Ledger
	// Names returns by what the API may find the record's user, besides its id. Records of
	// different ids that share a name are sent one after the other, unless very many share
	// it. No name is returned twice for a record. Nil returns nothing.
	Names func(*user.Record) []string
	IDs

	// Journal records every batch; nil records nothing.
	Journal Journal
	// Resumed is what an earlier start of this run has done; its zero value means nothing.
	Resumed

	// Superseded reports whether the ledger's knowledge of a user is newer than the
	// record, a reject that is sent again; nil reports false.
	Superseded func(*user.Record, user.LedgerEntry) bool

	// Applying says that the records carry the calls of a plan, which are not decided
	// again. Their results are followed up on as in any run.
	Applying bool

	// Stats is told of outcomes when they come, and of time that is spent on the journal,
	// the ledger and results; nil is not.
	Stats *telemetry.Stats

	// Canary is how many records are sent first, in the order of the input, and settled
	// before any other is sent. Records that need no call do not count. 0 sends all alike.
	Canary int

	Guards
	Limits
}

// Guards stop a run that goes wrong. The zero value is the strictest about deletes, and
// sets no other limit.
type Guards struct {
	// AbsentOK says that users who were not there to be deleted are no reason to stop.
	AbsentOK bool
	// Deleted are the first users that an earlier start of the run has tried to delete. A guard
	// that has stopped the run stops it again, until a person accepts that.
	Deleted user.FirstDeletes
	// Deletes adds up these users over the shards of a run; nil for a run without shards.
	Deletes   *Deletes
	MaxErrors MaxErrors
}

// Limits say how much is in progress at a time.
type Limits struct {
	BatchSize   int // records per call, within the destination's own limit; default 100
	Workers     int // batches in flight at a time; default 16
	Window      int // most records read and not yet written; default 16384
	WindowBytes int // estimated most memory of these records; default 32 MiB
	// FindWorkers returns how many batches may be in flight at a time, in place of Workers, and
	// after which time to ask again if no batch is delivered before; 0 is never. The Window
	// grows with them, up to four times. Nil: their number does not change.
	FindWorkers func() (n int, lasts time.Duration)
	// CanaryWorkers is FindWorkers while canaries are sent; nil: there is no difference.
	CanaryWorkers func() (n int, lasts time.Duration)
}

// IDs compares the ids of the records.
type IDs struct {
	// Looked is called with each chunk of records, in their order, and what the ledger knows
	// of them (nil without a ledger), before any of them is planned; checkpoint is the last
	// record whose outcome the ledger could show. It may add notes to the records. An error
	// ends the run. Nil: it is not called.
	Looked func(ctx context.Context, records []*user.Record, known []user.LedgerEntry, checkpoint int) error
	// Repeats tells which records have the id of an earlier one; nil compares the rows of
	// one Window, which without a Ledger is all that is known.
	Repeats Repeats
	// RowHash returns the Hash of a record that has none yet, if the journal sets one; nil if
	// it does not.
	RowHash func(*user.Record) uint64
	// RefuseRepeated refuses records whose id an earlier record has, if that was applied and
	// says something different.
	RefuseRepeated bool
}

// Resumed is what an earlier start of a run has done.
type Resumed struct {
	// Written is the last record whose outcome it has written; Records begins after it.
	Written int
	// Records up to MaybeSentTo may have been sent then.
	MaybeSentTo int
	// OutcomeOf returns the outcome that such a record already has, if it has one. An
	// error ends the run.
	OutcomeOf func(*user.Record) (user.Outcome, bool, error)
	// WasSent reports whether such a record may have been sent; nil reports true.
	WasSent func(*user.Record) bool
	// Earlier yields the outcomes that it has written, in the order of their records. It is read
	// without a Ledger, before anything is sent; nil yields none. An error ends the run.
	Earlier iter.Seq2[user.Settled, error]
	// WasRenamed reports whether the ledger has the user of such a record under its id only
	// since then; nil reports false.
	WasRenamed func(*user.Record, user.LedgerEntry) bool
}

func (l Limits) withDefaults() Limits {
	if l.BatchSize <= 0 {
		l.BatchSize = 100 // the most that Kard takes in a call
	}
	if l.Workers <= 0 {
		l.Workers = 16 // enough for 1000 calls per minute at a latency of one second
	}
	if l.Window <= 0 {
		l.Window = 16384 // ten full batches per worker: a slow one does not hold up the others soon
	}
	if l.WindowBytes <= 0 {
		l.WindowBytes = 32 << 20
	}
	l.Window = max(l.Window, 2*l.BatchSize)
	return l
}

// readerGrace is how long a stopped run waits for a reader that is blocked in a read,
// which cannot be interrupted.
const readerGrace = time.Second

// Run takes the records from end to end. It returns once every call and look-up in progress has
// ended and every outcome that can be written is written: only a blocked read of the input can outlive it.
//
// The error joins the reasons why the run stopped early: the cause of ctx, the error of
// the reader, the destination or the results, a guard.Error. A *user.AccountingError
// says that the numbers do not add up. Once ctx is done no new call starts and every
// wait ends.
func (j Job) Run(ctx context.Context) (Summary, error) {
	j.Limits = j.Limits.withDefaults()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	why := &reasons{cancel: cancel}

	chunks, readerDone := j.read(ctx)
	c := newCollector(j, newWindow(j.Limits, j.Written), why.stop)
	for _, err := range [...]error{c.deletes.checkBefore(), c.errors.check()} {
		if err != nil {
			why.stop(err)
		}
	}
	first := &canaries{left: j.Canary}
	pool := newPool(ctx, j, c, first, why.stop)
	p := newPlanner(j, pool, c, first, why.stop)
	var looking sync.WaitGroup
	err := p.collect(ctx, j.lookAhead(ctx, &looking, chunks))
	err = errors.Join(err, why.joined(ctx))
	cancel(nil)
	looking.Wait()

	summary := c.summary
	summary.Read, summary.Missing = p.read-j.Written, p.missing
	summary.PerhapsTaken = c.takenAfter() + int(pool.perhapsTaken.Load())
	summary.Reading = !ended(readerDone)
	return summary.finish(err)
}
