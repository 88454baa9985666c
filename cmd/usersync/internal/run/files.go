package run

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/history"
	"usersync/reader"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// filesSpec says which files a run writes, and how.
type filesSpec struct {
	config.Output
	layout   reader.Layout // of the input, and so of the rejects
	stdout   io.Writer     // takes --results -
	progress writer.Writer
}

// files are those of a run, and the one writer that feeds them.
type files struct {
	filesSpec
	dir     *rundir.Dir
	results *rundir.File
	rejects *rundir.File
	copy    *rundir.File // --results; nil if there is none
	summary *rundir.File // holds room for it from the start
	writer  writer.Writer
	second  writer.Writer // of the copy; nil if there is none
	counts  *counters
	lacking bool // a file lacks something of what it was given

	journal *journal.Journal
	claimed *os.File // the journal's file
}

// createFiles makes the run directory. When it fails, nothing was sent.
func createFiles(spec filesSpec, started time.Time) (*files, error) {
	dir, err := rundir.Create(spec.RunsDir, started)
	if err != nil {
		return nil, &history.PlaceError{Err: err}
	}
	f := &files{filesSpec: spec, dir: dir, counts: newCounters()}
	err = f.open()
	if err == nil {
		err = f.settle()
	}
	if err != nil {
		return nil, errors.Join(&history.PlaceError{Err: err}, f.abandon(err))
	}
	return f, nil
}

// resumeFiles claims an earlier run, and opens its files behind its last
// checkpoint.
func resumeFiles(spec filesSpec, r *history.Run) (*files, error) {
	dir, err := rundir.Open(spec.RunsDir, r.ID)
	if err != nil {
		return nil, err
	}
	f := &files{filesSpec: spec, dir: dir, counts: newCounters()}
	if f.claimed, err = history.Claim(dir); err != nil { // before anything is cut back
		return nil, errors.Join(err, dir.Close())
	}
	if f.results, err = dir.Resume(f.resultsName(), r.Journal.Mark.Results); err == nil {
		f.rejects, err = dir.Resume(f.rejectsName(), r.Journal.Mark.Rejects)
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
	return f.compose()
}

// begin claims the run, and begins its journal.
func (f *files) begin(h journal.Header) (err error) {
	if f.claimed, err = history.Claim(f.dir); err != nil {
		return err
	}
	f.journal, err = journal.Create(f.claimed, h)
	return err
}

// resume goes on with the journal.
func (f *files) resume(past *journal.Past, now journal.Resumed) (err error) {
	f.journal, err = journal.Continue(f.claimed, past, now)
	return err
}

// release gives the run up to whoever claims it next.
func (f *files) release() error {
	if f.claimed == nil {
		return nil
	}
	return f.claimed.Close()
}

// compose makes the one writer. Files that go on have their headers.
func (f *files) compose() error {
	behind := f.results.Size() > 0
	resultsTo, rejectsTo := &headed{to: f.results, skip: behind}, &headed{to: f.rejects, skip: f.rejects.Size() > 0}
	results, err := writer.NewResults(resultsTo, writer.Format(f.ResultsFormat))
	if err != nil {
		return err
	}
	rejects, err := writer.NewRejects(rejectsTo, writer.RejectsOptions{
		Format: writer.Format(f.layout.Format), Delimiter: f.layout.Delimiter, Header: f.layout.Header,
		SecretColumns: f.layout.SecretColumns, KeepSecrets: f.RejectsSecrets == "keep", Run: f.dir.ID(),
	})
	if err != nil {
		return err
	}
	resultsTo.skip, rejectsTo.skip = false, false
	if f.Results != "" {
		if f.second, err = f.openCopy(behind); err != nil {
			return err
		}
	}
	f.writer = writer.Tee(results, writer.Only(rejected, rejects), f.counts.writer(), f.progress)
	return nil
}

// summaryRoom is more than a summary takes, with its most codes and events.
const summaryRoom = 64 << 10

// settle brings what was written to the disk and keeps room there for the
// summary. A disk that is full already is found here, and not when users were sent.
func (f *files) settle() (err error) {
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

// abandon closes the files of a run that never began.
func (f *files) abandon(why error) error {
	return errors.Join(f.finish(false, why), f.dir.Close())
}

// rejected reports whether an outcome stands in rejects. A deletion that nobody
// asked for by a row has no row to be fed in again.
func rejected(o user.Outcome) bool { return o.Status.Rejected() && !o.Record.Origin.Absent }

// headed passes a header by that stands in the file already.
type headed struct {
	to   io.Writer
	skip bool
}

func (h *headed) Write(p []byte) (int, error) {
	if h.skip {
		return len(p), nil
	}
	return h.to.Write(p)
}

// openCopy opens what --results names.
func (f *files) openCopy(behind bool) (writer.Writer, error) {
	var err error
	if f.Results == "-" {
		f.copy = rundir.Stream(f.stdout, "standard output")
	} else if f.copy, err = rundir.Replace(f.Results); err != nil {
		return nil, err
	}
	if behind {
		err = f.copyBefore()
	}
	to := &headed{to: f.copy, skip: behind}
	w, bad := writer.NewResults(to, writer.Format(f.ResultsFormat))
	to.skip = false
	return w, errors.Join(err, bad)
}

// copyBefore copies what stands in the results already.
func (f *files) copyBefore() error {
	results, err := f.dir.Read(f.resultsName())
	if err != nil {
		return err
	}
	_, err = io.Copy(f.copy, results)
	return errors.Join(err, results.Close())
}

// finish gives the files their names if the run is whole, and else leaves them
// as *.partial, with all that was written in them. A stream gets it all too. An
// error that is part of known is not told again, nor is a full disk.
func (f *files) finish(whole bool, known error) error {
	var errs []error
	for _, file := range []*rundir.File{f.results, f.rejects, f.copy} {
		if file == nil {
			continue
		}
		end := file.Close
		if whole {
			end = file.Commit
		}
		err := end()
		f.lacking = f.lacking || err != nil
		if !errors.Is(known, err) && !(rundir.NoRoom(known) && rundir.NoRoom(err)) {
			errs = append(errs, err)
		}
		known = errors.Join(known, err)
	}
	return errors.Join(errs...)
}

// close writes the summary, and then the end of the journal: a run whose journal
// has no end can be resumed.
func (f *files) close(s report.Summary, at time.Time) error {
	return errors.Join(f.writeSummary(s), f.endJournal(s, at))
}

// writeSummary is the last file, and the directory's end.
func (f *files) writeSummary(s report.Summary) error {
	err := report.WriteSummary(f.summary, s)
	if ended := f.summary.Commit(); !errors.Is(err, ended) {
		err = errors.Join(err, ended)
	}
	if err = errors.Join(err, f.dir.Close()); err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return nil
}

// endJournal is written behind everything else: what has no end can be resumed.
func (f *files) endJournal(s report.Summary, at time.Time) error {
	end := journal.End{At: at, State: journal.Stopped, ExitCode: s.ExitCode}
	if s.State == report.Finished {
		end.State = journal.Finished
	}
	if err := f.journal.Finish(end); err != nil {
		return fmt.Errorf("end the journal: %w", err)
	}
	return nil
}
