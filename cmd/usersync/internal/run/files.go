package run

import (
	"errors"
	"io"
	"os"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/history"
	"usersync/reader"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/rundir"
)

// filesSpec says which files a run writes, and how.
type filesSpec struct {
	config.Output
	layout   reader.Layout // of the input, and of the rejects
	ledger   bool          // a ledger holds what the results say
	stdout   io.Writer     // takes --results -
	progress writer.Writer
}

// files are the files of a run, and the one writer for all of them.
type files struct {
	filesSpec
	dir        *rundir.Dir
	results    *rundir.File
	rejects    *rundir.File
	copy       *rundir.File // --results; nil without it
	summary    *rundir.File // reserves disk space from the start
	writer     writer.Writer
	copyWriter writer.Writer // nil without a copy
	counts     *counters
	incomplete bool // something could not be written to a file
	digests    map[*rundir.File]string

	journal *journal.Journal
	claimed *os.File // the journal's file
}

// createFiles creates the run directory, has the run's name registered, and makes its
// files. If it fails, nothing was sent.
func createFiles(spec filesSpec, started time.Time, register func(run string) error) (*files, error) {
	dir, err := rundir.Create(spec.RunsDir, started)
	if err != nil {
		return nil, &history.DirError{Err: err}
	}
	if err := register(dir.ID()); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	f := &files{filesSpec: spec, dir: dir, counts: newCounters()}
	err = f.open()
	if err == nil {
		err = f.reserve()
	}
	if err != nil {
		return nil, errors.Join(&history.DirError{Err: err}, f.abandon(err))
	}
	return f, nil
}

// resumeFiles claims an earlier run, and opens its files after its last
// checkpoint.
func resumeFiles(spec filesSpec, r *history.Run) (*files, error) {
	dir, err := rundir.Open(spec.RunsDir, r.ID)
	if err != nil {
		return nil, err
	}
	f := &files{filesSpec: spec, dir: dir, counts: newCounters()}
	if f.claimed, err = history.Claim(dir); err != nil { // before any file is truncated
		return nil, errors.Join(err, dir.Close())
	}
	if f.results, err = dir.Resume(f.resultsName(), r.Journal.Checkpoint.Results); err == nil {
		f.rejects, err = dir.Resume(f.rejectsName(), r.Journal.Checkpoint.Rejects)
	}
	if err == nil {
		f.summary, err = dir.Replace("summary.json")
	}
	if err != nil {
		return nil, errors.Join(err, f.abandon(err), f.release())
	}
	return f, nil
}

func (s filesSpec) resultsName() string { return "results." + s.ResultsFormat }
func (s filesSpec) rejectsName() string { return "rejects." + s.layout.Format }

func (f *files) open() (err error) {
	if f.results, err = f.dir.File(f.resultsName()); err != nil {
		return err
	}
	if f.rejects, err = f.dir.File(f.rejectsName()); err != nil {
		return err
	}
	return f.openWriters()
}

// begin claims the run, and starts its journal.
func (f *files) begin(h journal.Header) (err error) {
	if f.claimed, err = history.Claim(f.dir); err != nil {
		return err
	}
	f.journal, err = journal.Create(f.claimed, h)
	return err
}

// resume continues the journal.
func (f *files) resume(past *journal.History, now journal.Resumed) (err error) {
	f.journal, err = journal.Continue(f.claimed, past, now)
	return err
}

// release lets another process claim the run.
func (f *files) release() error {
	if f.claimed == nil {
		return nil
	}
	return f.claimed.Close()
}

// openWriters makes the one writer. The files of a resumed run already have headers.
func (f *files) openWriters() error {
	resumed := f.results.Size() > 0
	resultsTo, rejectsTo := &headerSkipper{to: f.results, skip: resumed}, &headerSkipper{to: f.rejects, skip: f.rejects.Size() > 0}
	results, err := writer.NewResults(resultsTo, writer.Format(f.ResultsFormat))
	if err != nil {
		return err
	}
	rejects, err := writer.NewRejects(rejectsTo, writer.RejectsOptions{
		Format: writer.Format(f.layout.Format), Delimiter: f.layout.Delimiter, Header: f.layout.Header,
		SecretColumns: f.layout.SecretColumns, Hides: f.layout.Hides, KeepSecrets: f.RejectsSecrets == "keep", Run: f.dir.ID(),
	})
	if err != nil {
		return err
	}
	resultsTo.skip, rejectsTo.skip = false, false
	if f.Results != "" {
		if f.copyWriter, err = f.openCopy(resumed); err != nil {
			return err
		}
	}
	f.writer = writer.Tee(results, writer.Only(rejected, rejects), f.counts.writer(), f.progress)
	return nil
}

// summaryRoom, in bytes, is more than the largest summary takes.
const summaryRoom = 64 << 10

// reserve syncs the files and reserves disk space for the summary. It finds a full disk
// before any user is sent.
func (f *files) reserve() (err error) {
	for _, file := range []*rundir.File{f.results, f.rejects, f.copy} {
		if file == nil {
			continue
		}
		if err := file.Sync(); err != nil {
			return err
		}
	}
	f.summary, err = f.dir.Reserve("summary.json", summaryRoom)
	return err
}

// rejected reports whether an outcome belongs in rejects. The deletion of a missing user
// does not: it has no row to send again.
func rejected(o user.Outcome) bool { return o.Status.Rejected() && !o.Record.Origin.Absent }
