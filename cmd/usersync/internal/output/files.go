// Package output holds the files that a run writes: results, rejects, the copy of
// --results, the summary, the journal and the logs of its calls. It creates them, opens those
// of an interrupted run where its checkpoint is, counts what they hold, and gives them their
// final names.
//
// It sends nothing and decides nothing about users. Start at Create and Resume.
package output

import (
	"errors"
	"io"
	"os"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/history"
	"usersync/reader"
	"usersync/sync/checkpoint"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/pseudonym"
	"usersync/writer"
	"usersync/writer/rundir"
)

// Spec says which files a run writes, and how.
type Spec struct {
	config.Output
	Layout reader.Layout // of the input, and of the rejects
	Inputs int           // how many files are read: of several, each reject names its own
	Ledger bool          // a ledger holds what the results say
	Stdout io.Writer     // takes --results -
	// Pseudonyms replace ids in results; the zero Key does not.
	Pseudonyms pseudonym.Key
	Progress   writer.Writer
	// Store returns a file of the run in a shared ledger, to be written; nil if there is none.
	Store func(name string) *ledger.StoredFile
	Part
}

// Part is about runs that are made in shards. Its zero value is for others.
type Part struct {
	Name  string // of the run; empty: a new one
	Shown string // where the run's directory will be; empty: where it is
	// Shard says that the run is a shard: its results are stored in the ledger, and it writes
	// no rejects, which hold values of users.
	Shard bool
}

// Files are the files of a run, and the one writer for all of them. They are for one
// goroutine.
type Files struct {
	Spec
	dir        *rundir.Dir
	results    *rundir.File
	rejects    *rundir.File
	copy       *rundir.File // --results; nil without it
	summary    *rundir.File // reserves disk space from the start
	writer     writer.Writer
	copyWriter writer.Writer // nil without a copy
	counts     *Counts
	index      *rowIndex // nil if there is none
	incomplete bool      // something could not be written to a file

	journal *journal.Journal
	claimed *os.File    // the journal's file
	durable *replicated // the results of a shard; nil otherwise
}

// Create creates the run directory, has the run's name registered, and makes its files.
// Start the journal with Begin. An error of the disk is a *history.DirError.
func Create(spec Spec, started time.Time, register func(run string) error) (*Files, error) {
	create := func() (*rundir.Dir, error) { return rundir.CreateNamed(spec.RunsDir, spec.Name, spec.Shown) }
	if spec.Name == "" {
		create = func() (*rundir.Dir, error) { return rundir.Create(spec.RunsDir, started) }
	}
	dir, err := create()
	if err != nil {
		return nil, &history.DirError{Err: err}
	}
	if err := register(dir.ID()); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	f := &Files{Spec: spec, dir: dir, counts: newCounts()}
	err = f.open()
	if err == nil {
		f.summary, err = reserve(dir, f.results, f.rejects, f.copy)
	}
	if err != nil {
		return nil, errors.Join(&history.DirError{Err: err}, f.abandon(err))
	}
	return f, nil
}

// Resume claims an earlier run, and truncates its files to its last checkpoint. Recount
// what they hold, then open the writers, then continue the journal.
func Resume(spec Spec, r *history.Run) (*Files, error) {
	dir, err := rundir.Open(spec.RunsDir, r.ID)
	if err != nil {
		return nil, err
	}
	f := &Files{Spec: spec, dir: dir, counts: newCounts()}
	if f.claimed, err = history.Claim(dir); err != nil { // before any file is truncated
		return nil, errors.Join(err, dir.Close())
	}
	if f.results, err = dir.Resume(f.resultsName(), r.Journal.Checkpoint.Results); err == nil {
		f.rejects, err = dir.Resume(f.rejectsName(), r.Journal.Checkpoint.Rejects)
	}
	if err == nil {
		f.summary, err = dir.ReserveAgain(rundir.SummaryName, summaryRoom)
	}
	if err != nil {
		return nil, errors.Join(err, f.abandon(err), f.Release())
	}
	f.index = resumeIndex(dir, f.results, r.Journal.Header)
	return f, nil
}

func (s Spec) resultsName() string { return "results." + s.ResultsFormat }
func (s Spec) rejectsName() string { return "rejects." + s.Layout.Format }

func (f *Files) open() (err error) {
	if f.results, err = f.dir.File(f.resultsName()); err != nil {
		return err
	}
	if f.rejects, err = f.dir.File(f.rejectsName()); err != nil {
		return err
	}
	return f.OpenWriters()
}

// summaryRoom, in bytes, is more than the largest summary takes.
const summaryRoom = 512 << 10

// reserve syncs the files and reserves disk space for the summary. It finds a full disk
// before any user is sent.
func reserve(dir *rundir.Dir, files ...*rundir.File) (summary *rundir.File, err error) {
	for _, file := range files {
		if file == nil {
			continue
		}
		if err := file.Sync(); err != nil {
			return nil, err
		}
	}
	return dir.Reserve(rundir.SummaryName, summaryRoom)
}

// Begin claims the run, and starts its journal.
func (f *Files) Begin(h journal.Header) (err error) {
	if f.claimed, err = history.Claim(f.dir); err != nil {
		return err
	}
	if f.journal, err = journal.Create(f.journalFile(), h); err == nil {
		err = f.replicate()
	}
	if err == nil {
		f.index = newIndex(f.dir, f.results, h)
	}
	return err
}

// Continue continues the journal of an earlier run.
func (f *Files) Continue(past *journal.History, now journal.Resumed) (err error) {
	f.index.skipHeader()
	past.Header.Synced = past.Header.Synced || f.Store != nil // an earlier version did not store it
	if err = f.replicate(); err == nil {
		f.journal, err = journal.Continue(f.journalFile(), past, now)
	}
	return err
}

// Release lets another process claim the run.
func (f *Files) Release() error {
	f.index.close()
	f.durable.close()
	if f.summary != nil {
		_ = f.summary.Close() // of a run that could not start: it holds nothing but its room
	}
	if f.claimed == nil {
		return nil
	}
	return f.claimed.Close()
}

// Counts are the counts of what was written so far.
func (f *Files) Counts() *Counts { return f.counts }

// Run is the name of the run.
func (f *Files) Run() string { return f.dir.ID() }

// Dir is the directory of the run.
func (f *Files) Dir() *rundir.Dir { return f.dir }

// Journal is the run's journal; nil before Begin or Continue.
func (f *Files) Journal() *journal.Journal { return f.journal }

// Durable is the file of the results, as a checkpoint makes it durable.
func (f *Files) Durable() checkpoint.File {
	if f.durable != nil {
		return f.durable
	}
	return f.results
}

// Rejects is the file of the rejects.
func (f *Files) Rejects() *rundir.File { return f.rejects }
