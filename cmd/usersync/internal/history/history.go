// Package history finds earlier runs and reads what they left behind: which run is
// meant, which did not end, whether a process still works on one, what its journal,
// results and rejects say, and which runs are old enough to be removed.
//
// It sends nothing, and does not decide what to do with an earlier run: that is for
// the commands and for package run. It says what is wrong as a typed error. What a
// person can do about it is in one table, in package main.
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
	// Journal is what its journal said when it was read; nil if it was not.
	Journal *journal.History
	// Running means that another process works on the run.
	Running bool
	// OtherFeed means that the run is of another feed than the one that asked. The
	// function Unfinished sets it.
	OtherFeed bool
}

// Path returns the directory of the run.
func (r *Run) Path() string { return filepath.Join(r.Dir, r.ID) }

// Sibling returns the directory of another run in the same runs directory.
func (r *Run) Sibling(id string) string { return filepath.Join(r.Dir, id) }

// Unfinished is what a new run must know of the run, which did not end for good. It
// shares the journal with the run.
func (r *Run) Unfinished() checkpoint.Unfinished {
	return checkpoint.Unfinished{Run: r.ID, Journal: r.Journal, OtherFeed: r.OtherFeed}
}

// Read reads the journal of the run id in dir. Its errors are those of package
// rundir and of package journal: a run without a journal is fs.ErrNotExist.
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

// withJournal opens the journal of a run to be read.
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
