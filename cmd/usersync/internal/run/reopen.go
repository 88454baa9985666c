package run

import (
	"errors"
	"fmt"

	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/output"
	"usersync/sync/checkpoint"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// earlierFiles are those of an earlier run, which this one continues.
type earlierFiles struct {
	*base
	ledger *ledger.Ledger // nil without one
	run    *history.Run
	read   *checkpoint.Digest // of the records that the run has written
	shard  *shard
}

// open truncates the files to the last checkpoint of the run, and counts what they contain.
func (e earlierFiles) open() (*output.Files, output.Contents, error) {
	f, err := output.Resume(e.shard.part(e.outputSpec(e.run.Journal.Header, e.ledger)), e.run)
	if err != nil {
		return nil, output.Contents{}, err
	}
	before, err := e.resume(f)
	if err != nil {
		return nil, before, errors.Join(err, f.Release())
	}
	return f, before, nil
}

// resume checks that the files agree with the journal, and continues them.
func (e earlierFiles) resume(f *output.Files) (before output.Contents, err error) {
	if before, err = f.Recount(); err != nil {
		return before, err
	}
	if err := f.OpenWriters(); err != nil {
		return before, err
	}
	last := &e.run.Journal.Checkpoint
	before.Noted = last.Noted
	if e.read.Last()+before.Missing != last.Record && e.read.Last() < last.Record {
		return before, &checkpoint.InputChangedError{Record: last.Record}
	}
	for i := range e.run.Journal.Settled {
		before.Keys.Add(&e.run.Journal.Settled[i], false, false)
	}
	e.read.SetLast(last.Record)
	if err := f.Continue(e.run.Journal, journal.Resumed{At: e.started, Args: e.options.Args}); err != nil {
		return before, err
	}
	if e.shard != nil {
		before.Outcomes[user.Elsewhere] = uncounted(last, before.Written)
		before.Written += before.Outcomes[user.Elsewhere]
		before.SettledUpTo = before.Written // its files end with the last record of its own
	}
	if last.Outcomes == nil { // the checkpoint is the ledger's, which has no counts
		last.Outcomes = before.Outcomes
	}
	if before.Written != last.Record {
		return before, fmt.Errorf("continue run %s: its results hold %d records, and its checkpoint is at %d", e.run.ID, before.Written, last.Record)
	}
	return before, f.Journal().Checkpoint(*last) // it may be only in the ledger so far
}
