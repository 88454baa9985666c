package output

import (
	"errors"
	"fmt"
	"io"
	"time"

	"usersync/sync/journal"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// abandon closes the files of a run that never started.
func (f *Files) abandon(why error) error {
	_, err := end(false, why, f.results, f.rejects, f.copy)
	return errors.Join(err, f.dir.Close())
}

// Finish gives the files their final names if the run is complete. Otherwise they stay
// *.partial, with everything that was written. A stream is flushed in both cases. Finish
// does not return an error that known already contains, nor a second full disk. Incomplete
// says afterwards whether outcomes are missing from a file.
func (f *Files) Finish(complete bool, known error) error {
	f.index.close()
	incomplete, err := end(complete, known, f.results, f.rejects, f.copy)
	f.incomplete = f.incomplete || incomplete
	return err
}

// Incomplete reports whether something could not be written: to a file, or of an outcome that is in
// the results, to what comes after them. Recount says then what the files hold.
func (f *Files) Incomplete() bool { return f.incomplete }

// end commits or closes files. It reports whether one of them could not be written.
func end(complete bool, known error, files ...*rundir.File) (incomplete bool, err error) {
	var errs []error
	for _, file := range files {
		if file == nil {
			continue
		}
		ends := file.Close
		if complete {
			ends = file.Commit
		}
		err := ends()
		incomplete = incomplete || err != nil
		if !errors.Is(known, err) && !(rundir.NoRoom(known) && rundir.NoRoom(err)) {
			errs = append(errs, err)
		}
		known = errors.Join(known, err)
	}
	return incomplete, errors.Join(errs...)
}

// Close writes the summary, then the end of the journal. It completes s, so that what is
// printed is what the file holds. A run that has finished is to be published from then on.
//
// Without its summary a run has no end, so that it is continued, which writes the summary.
func (f *Files) Close(s *report.Summary, at time.Time) (err error) {
	s.JournalBytes = f.journal.Size()
	if f.Publish != "" && !f.Shard && s.State == report.Finished {
		err = noteUnpublished(f.dir, f.Publish)
	}
	if failed := writeSummary(f.summary, f.dir, *s); failed != nil {
		return errors.Join(err, failed)
	}
	return errors.Join(err, endJournal(f.journal, *s, at))
}

// noteUnpublished notes where the files are to be uploaded: the process may be killed before it does
// that, or the place may be away. The next run finds the note.
func noteUnpublished(dir *rundir.Dir, url string) error {
	file, err := dir.Rewrite(rundir.UnpublishedName)
	if err == nil {
		_, err = io.WriteString(file, url+"\n")
		err = errors.Join(err, file.Commit())
	}
	if err != nil {
		return fmt.Errorf("note that the run is to be published: %w", err)
	}
	return nil
}

// writeSummary writes the last file, and closes the directory.
func writeSummary(file *rundir.File, dir *rundir.Dir, s report.Summary) error {
	err := report.WriteSummary(file, s)
	if ended := file.Commit(); !errors.Is(err, ended) {
		err = errors.Join(err, ended)
	}
	if err = errors.Join(err, dir.Close()); err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return nil
}

// endJournal comes last: a run whose journal has no end can be resumed.
func endJournal(j *journal.Journal, s report.Summary, at time.Time) error {
	end := journal.End{At: at, State: journal.Stopped, ExitCode: s.ExitCode}
	if s.State == report.Finished {
		end.State = journal.Finished
	}
	if err := j.Finish(end); err != nil {
		return fmt.Errorf("end the journal: %w", err)
	}
	return nil
}
