// Package checkpoint makes durable, now and then, what a run has written, and records
// how far that is: in the ledger, and then in the journal. It also works out what the
// ledger must learn from a run that stopped after its last checkpoint.
//
// It opens and locks no files, and does not decide whether a run is resumed: its caller
// does. Start at Checkpointer for writing, at Skip for reading the input again up to a
// checkpoint, and at Unfinished for a run that did not end.
package checkpoint

import (
	"cmp"
	"errors"
	"maps"
	"sync/atomic"
	"time"

	"usersync/sync/fingerprint"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/parking"
	"usersync/sync/user"
)

// A checkpoint costs a few writes to disk, and a killed run repeats the work for the
// records after its last one.
const (
	interval   = time.Second
	maxRecords = 20_000
)

// File is what a checkpoint needs of a file of results.
type File interface {
	// Flush gives everything written so far to the system.
	Flush() error
	// Persist makes durable what was flushed. It may run while more is written.
	Persist() error
	// Size returns how many bytes were written.
	Size() int64
}

// Options say what a Checkpointer makes durable, and where it records that.
type Options struct {
	Run              string
	Ledger           *ledger.Ledger // nil if there is none
	Journal          *journal.Journal
	Results, Rejects File
	// Input is the digest of the records that an earlier part of the run has written.
	// The Checkpointer updates it.
	Input *Digest
	// Outcomes count those records. New copies it.
	Outcomes map[user.Status]int
	Noted    user.Noted // those of these records that the summary names
	Start    time.Time  // the first checkpoint is due a second later
	// Parking says what the ledger must learn of rows that recur; nil if there is none.
	Parking *parking.Finder
	// Saved is called after each checkpoint; nil is not. An error ends the run. With Saved
	// no outcome is written while a checkpoint is made.
	Saved func() error
	Now   func() time.Time // nil is time.Now
}

// Checkpointer is the last writer of a run: now and then it makes durable what the other
// writers have written, and then tells the ledger and the journal how far that is. The
// ledger never holds more than the checkpoint says. It continues while a checkpoint is made, and
// makes one at a time.
//
// It is for one goroutine, except for Checkpointed.
type Checkpointer struct {
	options       Options
	fingerprinter *fingerprint.Fingerprinter // nil without a ledger

	pending
	saving       *saving // the checkpoint that is being made; nil if there is none
	spare        pending // memory of the one before it
	outcomes     map[user.Status]int
	noted        user.Noted
	maxEntries   int // entries are kept in memory until there are so many
	since        int // records since the last checkpoint
	lastAt       time.Time
	settledAt    time.Time // when the last outcome was settled
	checkpointed atomic.Int64
	hasRejects   bool
	ending       bool // the last checkpoint is being made
	finished     bool // every record has its outcome
	after        bool // only the journal holds some of what the run did
	failed       bool // a checkpoint failed, and no other is tried
}

// New returns a Checkpointer.
func New(o Options) *Checkpointer {
	c := &Checkpointer{options: o, noted: o.Noted, outcomes: map[user.Status]int{}, maxEntries: maxRecords, lastAt: o.Start}
	maps.Copy(c.outcomes, o.Outcomes)
	if o.Now == nil {
		c.options.Now = time.Now
	}
	if o.Ledger != nil {
		c.fingerprinter, c.maxEntries = o.Ledger.Fingerprinter(), o.Ledger.EntriesAtOnce()
	}
	return c
}

// Write records an outcome that all other writers have written, and makes a checkpoint
// if one is due. It takes no context, because a checkpoint is made even while the run is
// being stopped.
func (c *Checkpointer) Write(o *user.Outcome) error {
	c.options.Input.Add(o.Record)
	c.outcomes[o.Status]++
	if o.Status == user.Elsewhere {
		return c.due(o.At)
	}
	c.noted.Deletes.Add(o)
	c.hasRejects = c.hasRejects || o.Record.Origin.Before != nil
	if o.Record.Notes != 0 || o.Record.Doubts != nil {
		c.noted.Add(o.Record)
	}
	if m, may := c.options.Parking.Met(o); may {
		c.met = append(c.met, m)
	}
	if c.options.Ledger != nil && o.Record.Err == nil {
		if e, changes := ledger.EntryOf(o, c.fingerprinter, c.prints()); changes {
			c.entries = append(c.entries, e)
		}
		if o.Code == user.CodeSameUser {
			settled := o.Settled()
			c.overwritten.add(&settled, o.Record.PerhapsTaken)
		}
	}
	return c.due(o.At)
}

// due begins a checkpoint if one is due. What is written and not saved is never more than
// maxRecords. The last outcome was settled at that time.
func (c *Checkpointer) due(settled time.Time) error {
	if c.saving != nil && (c.saving.ended() || c.Last()-c.Checkpointed() >= maxRecords) {
		if err := c.Wait(); err != nil {
			return err
		}
	}
	if c.since++; c.since < maxRecords && len(c.entries)+len(c.met) < c.maxEntries && !c.late(settled) {
		return nil
	}
	return c.begin()
}

// late reports whether the last checkpoint was made a second ago. The outcomes of one call are
// settled at the same time and written together: only the first of them reads the clock.
func (c *Checkpointer) late(settled time.Time) bool {
	if settled == c.settledAt && !settled.IsZero() {
		return false
	}
	c.settledAt = settled
	return c.options.Now().Sub(c.lastAt) >= interval
}

// Finish makes the last checkpoint, which tells the ledger how the run ended: finished
// says that every record has its outcome, after that calls have, or may have, delivered
// records after the last one written, and why is the error that stopped it. After a failed
// checkpoint, or if another run has taken over the ledger, it makes none.
func (c *Checkpointer) Finish(why error, finished, after bool) error {
	taken := errors.Is(why, ledger.ErrFenced)
	err := c.Wait()
	if !c.failed && !taken {
		c.ending, c.finished, c.after = true, finished && why == nil, after
		err = cmp.Or(c.begin(), c.Wait())
	}
	if (taken || errors.Is(why, ledger.ErrLost)) && (errors.Is(err, ledger.ErrLost) || errors.Is(err, ledger.ErrFenced)) {
		return nil // the run reports that already
	}
	return err
}

// state returns what to tell the ledger about how the run ends: nothing while only the
// journal holds some of what the run did, as after a kill.
func (c *Checkpointer) state() ledger.RunState {
	switch {
	case c.finished:
		return ledger.RunFinished
	case c.ending && !c.after && !c.options.Journal.Inherits(c.Last()):
		return ledger.RunStopped
	}
	return ""
}

// Last returns the ordinal of the last record written; 0 if there is none.
func (c *Checkpointer) Last() int { return c.options.Input.Last() }

// Count returns how many records were written with a status, including by earlier parts
// of the run.
func (c *Checkpointer) Count(s user.Status) int { return c.outcomes[s] }

// Noted returns the records written that the summary names, including by earlier parts of
// the run.
func (c *Checkpointer) Noted() user.Noted { return c.noted }

// HasRejects reports whether a record of this part of the run is a reject of an earlier
// run.
func (c *Checkpointer) HasRejects() bool { return c.hasRejects }

// Checkpointed returns the last record of the last checkpoint: the ledger has its
// outcome, and those of all records before it. Any goroutine may call it.
func (c *Checkpointer) Checkpointed() int { return int(c.checkpointed.Load()) }

func (c *Checkpointer) snapshot(now time.Time) journal.Checkpoint {
	return journal.Checkpoint{
		Record: c.Last(), At: now, Results: c.options.Results.Size(), Rejects: c.options.Rejects.Size(),
		InputBytes: c.options.Input.bytes, InputSHA256: c.options.Input.Sum(), Outcomes: maps.Clone(c.outcomes), Noted: c.noted,
	}
}

// The names of a run's files in the ledger's checkpoint.
const (
	resultsSize = "results"
	rejectsSize = "rejects"
)

func (c *Checkpointer) ledgerCheckpoint(m journal.Checkpoint) ledger.Checkpoint {
	return ledger.Checkpoint{
		State: c.state(),
		Run:   c.options.Run, Record: m.Record, At: m.At, Input: m.InputBytes, SHA256: c.options.Input.sum(),
		Sizes: map[string]int64{resultsSize: m.Results, rejectsSize: m.Rejects},
	}
}
