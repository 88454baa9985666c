package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"maps"
	"sync/atomic"
	"time"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
	"usersync/writer/rundir"
)

// A mark costs a few writes to the disk, and what lies behind the last one
// costs work when the run is killed.
const (
	markEvery   = time.Second
	markRecords = 20_000
	markEntries = 5_000 // what they say of users is kept in memory until then
)

// keeper is the writer behind all others: it brings to the disk, now and then,
// what they have written, and then tells ledger and journal up to where. What
// the ledger holds is never ahead of that mark.
type keeper struct {
	ctx     context.Context
	run     string
	ledger  *ledger.Ledger // nil: none
	journal *journal.Journal
	results *rundir.File
	rejects *rundir.File
	printer *ledger.Printer

	entries  []ledger.Entry
	outcomes map[user.Status]int
	digest   hash.Hash // over the records so far
	bytes    int64
	last     int // record
	lastMark time.Time
	waiting  int
	marked   atomic.Int64
	again    bool // rejects of an earlier run are among the records
	broken   bool // a mark could not be made, and none is tried again
}

// Write takes note of an outcome that all other writers have written.
func (k *keeper) Write(o user.Outcome) error {
	k.add(o.Record)
	k.again = k.again || o.Record.Origin.Before != nil
	k.outcomes[o.Status]++
	if k.ledger != nil && o.Record.Err == nil {
		if e, changes := ledger.EntryOf(&o, k.printer); changes {
			k.entries = append(k.entries, e)
		}
	}
	k.last = o.Record.Origin.Record
	if k.waiting++; k.waiting < markRecords && len(k.entries) < markEntries && time.Since(k.lastMark) < markEvery {
		return nil
	}
	err := k.mark()
	k.broken = err != nil
	return err
}

// add adds a record to the hash by which a resume knows the input again: over
// the records' own bytes and lengths, so that it holds at the end of any.
func (k *keeper) add(r *user.Record) {
	if r.Origin.Absent {
		return
	}
	var length [8]byte
	binary.LittleEndian.PutUint64(length[:], uint64(len(r.Origin.Raw)))
	k.digest.Write(length[:]) // a hash never fails
	k.digest.Write(r.Origin.Raw)
	k.bytes += int64(len(r.Origin.Raw))
}

// finish makes the last mark, unless it cannot be made because of why the run
// ended.
func (k *keeper) finish(why error) error {
	if k.broken || rundir.NoRoom(why) || errors.Is(why, ledger.ErrFenced) {
		return nil
	}
	return k.mark()
}

func (k *keeper) sum() string { return hex.EncodeToString(k.digest.Sum(nil)) }

// mark brings everything to the disk and says so, the ledger before the
// journal: where they differ, the later one is right.
func (k *keeper) mark() error {
	if err := k.results.Sync(); err != nil {
		return fmt.Errorf("bring results to the disk: %w", err)
	}
	if err := k.rejects.Sync(); err != nil {
		return fmt.Errorf("bring rejects to the disk: %w", err)
	}
	m := journal.Mark{
		Record: k.last, At: time.Now(), Results: k.results.Size(), Rejects: k.rejects.Size(),
		InputBytes: k.bytes, InputSHA256: k.sum(), Outcomes: maps.Clone(k.outcomes),
	}
	if k.ledger != nil {
		if err := k.ledger.Mark(k.ctx, k.ledgerMark(m), k.entries); err != nil {
			return err
		}
	}
	if err := k.journal.Mark(m); err != nil {
		return fmt.Errorf("write the journal: %w", err)
	}
	k.entries, k.waiting, k.lastMark = k.entries[:0], 0, m.At
	k.marked.Store(int64(k.last))
	return nil
}

// The names of a run's files in the ledger's mark.
const (
	resultsSize = "results"
	rejectsSize = "rejects"
)

func (k *keeper) ledgerMark(m journal.Mark) ledger.Mark {
	return ledger.Mark{
		Run: k.run, Record: m.Record, At: m.At, Input: m.InputBytes, SHA256: [sha256.Size]byte(k.digest.Sum(nil)),
		Sizes: map[string]int64{resultsSize: m.Results, rejectsSize: m.Rejects},
	}
}
