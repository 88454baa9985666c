package checkpoint

import (
	"context"
	"fmt"
	"sync/atomic"

	"usersync/sync/destination/parallel"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// pending is what a checkpoint tells the ledger.
type pending struct {
	entries     []ledger.Entry
	met         []ledger.MetRow
	overwritten overwritten
}

// prints returns room for the fingerprints of the next entry: that of an entry of a checkpoint
// that was made.
func (p *pending) prints() []user.Fingerprint {
	if n := len(p.entries); n < cap(p.entries) {
		return p.entries[:n+1][n].Fingerprints.Fields
	}
	return nil
}

// saving is a checkpoint that is made while the run continues.
type saving struct {
	pending
	options      *Options
	journal      journal.Checkpoint
	ledger       ledger.Checkpoint
	checkpointed *atomic.Int64
	done         chan struct{} // closed when it is made, or has failed
	err          error         // of those that are read once it is done
	panicked     *parallel.Panicked
}

// begin begins a checkpoint of everything written so far, once the one before it is made.
func (c *Checkpointer) begin() error {
	if err := c.Wait(); err != nil {
		return err
	}
	if err := c.flush(); err != nil {
		c.failed = true
		return err
	}
	m := c.snapshot(c.options.Now())
	s := &saving{pending: c.pending, options: &c.options, journal: m, ledger: c.ledgerCheckpoint(m), checkpointed: &c.checkpointed, done: make(chan struct{})}
	c.pending, c.spare = c.spare, pending{}
	c.overwritten = s.overwritten.after(m.Record - maxRecords) // a user's own call may have been answered before, and come later
	c.saving, c.since, c.lastAt = s, 0, m.At
	go s.make()
	if c.options.Saved != nil {
		return c.Wait()
	}
	return nil
}

func (c *Checkpointer) flush() error {
	if err := c.options.Results.Flush(); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	if err := c.options.Rejects.Flush(); err != nil {
		return fmt.Errorf("write rejects: %w", err)
	}
	return nil
}

// Wait returns when no checkpoint is being made, with the error of the one that was. Finish
// waits, too.
func (c *Checkpointer) Wait() error {
	s := c.saving
	if s == nil {
		return nil
	}
	<-s.done
	c.saving = nil
	if s.panicked != nil {
		c.failed = true
		panic(s.panicked) // which ends a run as it does elsewhere, and not the process
	}
	c.spare = pending{entries: s.entries[:0], met: s.met[:0]}
	err := s.err
	if err == nil && c.options.Saved != nil {
		err = c.options.Saved()
	}
	c.failed = c.failed || err != nil
	return err
}

// ended reports whether the checkpoint is made, or has failed.
func (s *saving) ended() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

func (s *saving) make() {
	defer close(s.done)
	defer func() {
		if v := recover(); v != nil {
			s.panicked = parallel.Caught(v)
		}
	}()
	s.err = s.save()
}

// save makes everything durable and records that, in the ledger before the journal: if they
// differ, the later one is right.
func (s *saving) save() error {
	if err := s.options.Results.Persist(); err != nil {
		return fmt.Errorf("sync results to disk: %w", err)
	}
	if err := s.options.Rejects.Persist(); err != nil {
		return fmt.Errorf("sync rejects to disk: %w", err)
	}
	if err := s.saveInLedger(context.Background()); err != nil { // even while the run is being stopped
		return err
	}
	if err := s.options.Journal.Checkpoint(s.journal); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	s.checkpointed.Store(int64(s.journal.Record))
	return nil
}

func (s *saving) saveInLedger(ctx context.Context) error {
	if s.options.Ledger == nil {
		return nil
	}
	wrong, err := s.overwritten.entries(ctx, s.options.Ledger, s.entries)
	if err != nil {
		return err
	}
	return s.options.Ledger.Save(ctx, s.ledger, append(s.entries, wrong...), s.met...)
}
