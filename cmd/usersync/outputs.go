package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// outputs are the files of a run and the one writer that feeds them.
type outputs struct {
	dir     *rundir.Dir
	results *rundir.File
	rejects *rundir.File
	copy    *rundir.File // --results; nil if there is none
	summary *rundir.File // holds room for it from the start
	writer  writer.Writer
	second  writer.Writer // of the copy; nil if there is none
	codes   *writer.Codes
	perFile *perFile
	// deletions are those of mirror, among the outcomes.
	deletions *deletions
	lacking   bool // a file lacks something of what it was given

	diary       *journal.Journal
	journalFile *os.File
}

// openOutputs makes the run directory. When it fails, nothing was sent.
func openOutputs(j *job) (*outputs, error) {
	dir, err := rundir.Create(j.config.Output.RunsDir, j.started)
	if err != nil {
		return nil, &history.PlaceError{Err: err}
	}
	o := &outputs{dir: dir, codes: &writer.Codes{}, perFile: &perFile{counts: map[string]*int{}}, deletions: &deletions{}}
	err = o.open(j)
	if err == nil {
		err = o.settle()
	}
	if err != nil {
		return nil, errors.Join(&history.PlaceError{Err: err}, o.abandon(err))
	}
	return o, nil
}

// resumeOutputs opens the files of an earlier run behind its last mark.
func resumeOutputs(j *job, e *history.Run) (*outputs, error) {
	dir, err := rundir.Open(j.config.Output.RunsDir, e.ID)
	if err != nil {
		return nil, err
	}
	o := &outputs{dir: dir, codes: &writer.Codes{}, perFile: &perFile{counts: map[string]*int{}}, deletions: &deletions{}}
	if _, err := o.journal(); err != nil { // before anything is cut back
		return nil, errors.Join(err, dir.Close())
	}
	if o.results, err = dir.Resume("results."+j.config.Output.ResultsFormat, e.Journal.Mark.Results); err == nil {
		o.rejects, err = dir.Resume("rejects."+j.input.Layout().Format, e.Journal.Mark.Rejects)
	}
	if err == nil {
		o.summary, err = dir.Replace("summary.json")
	}
	if err != nil {
		return nil, errors.Join(err, o.abandon(err), o.journalFile.Close())
	}
	return o, nil
}

func (o *outputs) open(j *job) (err error) {
	c, layout := j.config, j.input.Layout()
	if o.results, err = o.dir.File("results." + c.Output.ResultsFormat); err != nil {
		return err
	}
	if o.rejects, err = o.dir.File("rejects." + layout.Format); err != nil {
		return err
	}
	return o.compose(j)
}

// compose makes the one writer. Files that go on have their headers.
func (o *outputs) compose(j *job) error {
	c, layout := j.config, j.input.Layout()
	behind := o.results.Size() > 0
	resultsTo, rejectsTo := &headed{to: o.results, skip: behind}, &headed{to: o.rejects, skip: o.rejects.Size() > 0}
	results, err := writer.NewResults(resultsTo, writer.Format(c.Output.ResultsFormat))
	if err != nil {
		return err
	}
	rejects, err := writer.NewRejects(rejectsTo, writer.RejectsOptions{
		Format: writer.Format(layout.Format), Delimiter: layout.Delimiter, Header: layout.Header,
		SecretColumns: layout.SecretColumns, KeepSecrets: c.Output.RejectsSecrets == "keep", Run: o.dir.ID(),
	})
	if err != nil {
		return err
	}
	resultsTo.skip, rejectsTo.skip = false, false
	all := []writer.Writer{results, writer.Only(rejected, rejects)}
	if c.Output.Results != "" {
		o.second, err = o.openCopy(j, behind)
		if err != nil {
			return err
		}
	}
	o.writer = writer.Tee(append(all, o.codes, o.perFile, o.deletions, j.progress)...)
	return nil
}

// summaryRoom is more than a summary takes, with its most codes and events.
const summaryRoom = 64 << 10

// settle brings what was written to the disk and keeps room there for the
// summary. A disk that is full already is found here, and not when users were sent.
func (o *outputs) settle() (err error) {
	for _, f := range []*rundir.File{o.results, o.rejects, o.copy} {
		if f == nil {
			continue
		}
		if err := f.Sync(); err != nil {
			return err
		}
	}
	o.summary, err = o.dir.Reserve("summary.json", summaryRoom)
	return err
}

// abandon closes the files of a run that never began.
func (o *outputs) abandon(why error) error {
	return errors.Join(o.finish(false, why), o.dir.Close())
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
func (o *outputs) openCopy(j *job, behind bool) (writer.Writer, error) {
	var err error
	if j.config.Output.Results == "-" {
		o.copy = rundir.Stream(j.stdout, "standard output")
	} else if o.copy, err = rundir.Replace(j.config.Output.Results); err != nil {
		return nil, err
	}
	if behind {
		err = o.copyBefore(j.config.Output.ResultsFormat)
	}
	to := &headed{to: o.copy, skip: behind}
	w, bad := writer.NewResults(to, writer.Format(j.config.Output.ResultsFormat))
	to.skip = false
	return w, errors.Join(err, bad)
}

// copyBefore copies what stands in the results already.
func (o *outputs) copyBefore(format string) error {
	f, err := o.dir.Read("results." + format)
	if err != nil {
		return err
	}
	_, err = io.Copy(o.copy, f)
	return errors.Join(err, f.Close())
}

// finish gives the files their names if the run is whole, and else leaves them
// as *.partial, with all that was written in them. A stream gets it all too. An
// error that is part of known is not told again, nor is a full disk.
func (o *outputs) finish(whole bool, known error) error {
	var errs []error
	for _, f := range []*rundir.File{o.results, o.rejects, o.copy} {
		if f == nil {
			continue
		}
		end := f.Close
		if whole {
			end = f.Commit
		}
		err := end()
		o.lacking = o.lacking || err != nil
		if !errors.Is(known, err) && !(rundir.NoRoom(known) && rundir.NoRoom(err)) {
			errs = append(errs, err)
		}
		known = errors.Join(known, err)
	}
	return errors.Join(errs...)
}

// close writes the summary, and then the end of the journal: a run whose journal
// has no end can be resumed.
func (j *job) close(s report.Summary) error {
	return errors.Join(j.out.writeSummary(s), j.out.endJournal(s, j.now()))
}

// writeSummary is the last file, and the directory's end.
func (o *outputs) writeSummary(s report.Summary) error {
	err := report.WriteSummary(o.summary, s)
	if ended := o.summary.Commit(); !errors.Is(err, ended) {
		err = errors.Join(err, ended)
	}
	if err = errors.Join(err, o.dir.Close()); err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return nil
}

// endJournal is written behind everything else: what has no end can be resumed.
func (o *outputs) endJournal(s report.Summary, at time.Time) error {
	end := journal.End{At: at, State: journal.Stopped, ExitCode: s.ExitCode}
	if s.State == report.Finished {
		end.State = journal.Finished
	}
	if err := o.diary.Finish(end); err != nil {
		return fmt.Errorf("end the journal: %w", err)
	}
	return nil
}
