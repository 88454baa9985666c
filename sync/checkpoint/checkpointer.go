// Package checkpoint brings what a run has written to the disk now and then,
// and notes how far that is: in the ledger, and then in the journal. It also
// tells what a run that stopped since its last checkpoint leaves to be learned.
//
// It opens and claims no file, and does not decide whether a run is resumed:
// that is up to its caller. Start at Checkpointer for writing, at Skip for
// reading the input again up to a checkpoint, and at Unfinished for a run that
// did not end.
package checkpoint

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"sync/atomic"
	"time"

	"usersync/sync/fingerprint"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// A checkpoint costs a few writes to the disk, and the records since the last
// one cost work when the run is killed.
const (
	every        = time.Second
	everyRecords = 20_000
	everyEntries = 5_000 // what they say about users is kept in memory until then
)

// File is a file of results, as far as a checkpoint needs it.
type File interface {
	// Sync brings everything written so far to the disk.
	Sync() error
	// Size is how many bytes were written.
	Size() int64
}

// Options say what a Checkpointer brings to the disk, and where it notes that.
type Options struct {
	Run              string
	Ledger           *ledger.Ledger // nil: none
	Journal          *journal.Journal
	Results, Rejects File
	// Input is the digest of the records that an earlier part of the run has
	// written. New takes it over.
	Input *Digest
	// Outcomes count these records. New copies it.
	Outcomes map[user.Status]int
	Start    time.Time // the first checkpoint is due a second later
}

// Checkpointer is the last writer of a run: now and then it brings to the disk
// what the others have written, and then tells ledger and journal how far that
// is. The ledger never holds more than the checkpoint says.
//
// It is for one goroutine, apart from Marked.
type Checkpointer struct {
	to      Options
	printer *fingerprint.Printer // nil without a ledger

	entries  []ledger.Entry
	outcomes map[user.Status]int
	since    int // records since the last checkpoint
	made     time.Time
	marked   atomic.Int64
	fedAgain bool
	ending   bool // the last checkpoint is being made
	finished bool // every record has its outcome
	broken   bool // a checkpoint failed, and none is tried again
}

// New returns a Checkpointer.
func New(o Options) *Checkpointer {
	c := &Checkpointer{to: o, outcomes: map[user.Status]int{}, made: o.Start}
	maps.Copy(c.outcomes, o.Outcomes)
	if o.Ledger != nil {
		c.printer = o.Ledger.Printer()
	}
	return c
}

// Write notes an outcome that all other writers have written, and makes a
// checkpoint when one is due. A checkpoint is made even if the run is being
// stopped, so that Write takes no context.
func (c *Checkpointer) Write(o user.Outcome) error {
	c.to.Input.Add(o.Record)
	c.fedAgain = c.fedAgain || o.Record.Origin.Before != nil
	c.outcomes[o.Status]++
	if c.to.Ledger != nil && o.Record.Err == nil {
		if e, changes := ledger.EntryOf(&o, c.printer); changes {
			c.entries = append(c.entries, e)
		}
	}
	if c.since++; c.since < everyRecords && len(c.entries) < everyEntries && time.Since(c.made) < every {
		return nil
	}
	err := c.checkpoint()
	c.broken = err != nil
	return err
}

// Finish makes the last checkpoint, with which the ledger learns how the run ended:
// finished says that every record has its outcome, and why is the error that stopped
// it. After a failed checkpoint, and where another run has taken the ledger over, it
// does nothing.
func (c *Checkpointer) Finish(why error, finished bool) error {
	if c.broken || errors.Is(why, ledger.ErrFenced) {
		return nil
	}
	c.ending, c.finished = true, finished && why == nil
	err := c.checkpoint()
	if errors.Is(why, ledger.ErrLost) && (errors.Is(err, ledger.ErrLost) || errors.Is(err, ledger.ErrFenced)) {
		return nil // the run says so already
	}
	return err
}

// state is what the ledger is to know of how the run ends: nothing while what the run
// did stands in its journal alone, as after a kill.
func (c *Checkpointer) state() ledger.State {
	switch {
	case c.finished:
		return ledger.StateFinished
	case c.ending && c.to.Journal.MarkedTo(c.Last()):
		return ledger.StateStopped
	}
	return ""
}

// Last is the ordinal of the last record written; 0 if there is none.
func (c *Checkpointer) Last() int { return c.to.Input.Last() }

// Count is how many records were written with a status, by earlier parts of the
// run too.
func (c *Checkpointer) Count(s user.Status) int { return c.outcomes[s] }

// FedAgain reports whether a record of this part of the run was rejected by an
// earlier run.
func (c *Checkpointer) FedAgain() bool { return c.fedAgain }

// Marked is the last record of the last checkpoint: the ledger has its outcome,
// and those of all records before it. It may be called by any goroutine.
func (c *Checkpointer) Marked() int { return int(c.marked.Load()) }

// checkpoint brings everything to the disk and says so, to the ledger before the
// journal: where they differ, the later one is right.
func (c *Checkpointer) checkpoint() error {
	if err := c.to.Results.Sync(); err != nil {
		return fmt.Errorf("bring results to the disk: %w", err)
	}
	if err := c.to.Rejects.Sync(); err != nil {
		return fmt.Errorf("bring rejects to the disk: %w", err)
	}
	m := c.mark(time.Now())
	if c.to.Ledger != nil {
		if err := c.to.Ledger.Mark(context.Background(), c.ledgerMark(m), c.entries); err != nil {
			return err
		}
	}
	if err := c.to.Journal.Mark(m); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	c.entries, c.since, c.made = c.entries[:0], 0, m.At
	c.marked.Store(int64(m.Record))
	return nil
}

func (c *Checkpointer) mark(now time.Time) journal.Mark {
	return journal.Mark{
		Record: c.Last(), At: now, Results: c.to.Results.Size(), Rejects: c.to.Rejects.Size(),
		InputBytes: c.to.Input.bytes, InputSHA256: c.to.Input.Sum(), Outcomes: maps.Clone(c.outcomes),
	}
}

// The names of a run's files in the ledger's mark.
const (
	resultsSize = "results"
	rejectsSize = "rejects"
)

func (c *Checkpointer) ledgerMark(m journal.Mark) ledger.Mark {
	return ledger.Mark{
		State: c.state(),
		Run:   c.to.Run, Record: m.Record, At: m.At, Input: m.InputBytes, SHA256: [sha256.Size]byte(c.to.Input.hash.Sum(nil)),
		Sizes: map[string]int64{resultsSize: m.Results, rejectsSize: m.Rejects},
	}
}
