// Package history finds earlier runs and reads their files: which run is meant, which
// runs are unfinished, whether a process still works on one, what its journal, results
// and rejects say, and which runs are old enough to remove.
//
// It sends nothing, and does not decide what to do with an earlier run: the commands
// and package run do. Its errors are typed; one table in package main says what a
// person can do about each.
//
// Start at Find for one run, and at Unfinished for those that a new run must know.
package history

import (
	"errors"
	"os"
	"path/filepath"

	"usersync/sync/checkpoint"
	"usersync/sync/journal"
	"usersync/writer/rundir"
)

// Run is an earlier run: where its files are, and what its journal says.
type Run struct {
	Dir string // the runs directory that holds it
	ID  string // its name in Dir
	// Journal is the content of its journal; nil if it was not read.
	Journal *journal.History
	// Running means that another process works on the run.
	Running bool
	// OtherFeed means that the run is of another feed than the scope passed to
	// Unfinished, which sets it.
	OtherFeed bool
	// Stored means that the journal was read from the ledger, because the run's files cannot
	// be read from here.
	Stored bool
}

// Path returns the directory of the run.
func (r *Run) Path() string { return filepath.Join(r.Dir, r.ID) }

// Sibling returns the directory of another run in the same runs directory.
func (r *Run) Sibling(id string) string { return filepath.Join(r.Dir, id) }

// Unfinished is what a new run must know about this unfinished run. It shares the
// journal with r.
func (r *Run) Unfinished() checkpoint.Unfinished {
	return checkpoint.Unfinished{Run: r.ID, Journal: r.Journal}
}

// Read reads the journal of the run id in dir. Its errors are those of packages rundir
// and journal. For a run without a journal the error is fs.ErrNotExist.
func Read(dir, id string) (*Run, error) {
	r := &Run{Dir: dir, ID: id}
	err := withJournal(dir, id, func(f *os.File, size int64) (err error) {
		r.Running = isClaimed(f)
		r.Journal, err = journal.Read(f, size)
		return err
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// withJournal opens the journal of a run for reading.
func withJournal(dir, id string, do func(f *os.File, size int64) error) (err error) {
	d, err := rundir.Open(dir, id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	f, err := d.Read(rundir.JournalName)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return do(f, info.Size())
}
