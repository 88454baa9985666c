package run

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"usersync/sync/journal"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// abandon closes the files of a run that never started.
func (f *files) abandon(why error) error {
	return errors.Join(f.finish(false, why), f.dir.Close())
}

// finish gives the files their final names if the run is complete. Otherwise they stay
// *.partial, with everything that was written. A stream is flushed in both cases. finish
// does not return an error that known already contains, nor a second full disk.
func (f *files) finish(complete bool, known error) error {
	var errs []error
	for _, file := range []*rundir.File{f.results, f.rejects, f.copy} {
		if file == nil {
			continue
		}
		end := file.Close
		if complete {
			end = file.Commit
		}
		err := end()
		f.incomplete = f.incomplete || err != nil
		if !errors.Is(known, err) && !(rundir.NoRoom(known) && rundir.NoRoom(err)) {
			errs = append(errs, err)
		}
		known = errors.Join(known, err)
	}
	return errors.Join(errs...)
}

// digest keeps the SHA-256 of results and rejects, by which verify knows them.
func (f *files) digest() error {
	f.digests = map[*rundir.File]string{}
	for _, file := range []*rundir.File{f.results, f.rejects} {
		text, err := f.dir.Read(strings.TrimSuffix(filepath.Base(file.Path()), ".partial"))
		if err != nil {
			return err
		}
		hash := sha256.New()
		if _, err = io.Copy(hash, text); err != nil {
			return errors.Join(fmt.Errorf("read back: %w", err), text.Close())
		}
		if err := text.Close(); err != nil {
			return fmt.Errorf("read back: %w", err)
		}
		f.digests[file] = fmt.Sprintf("%x", hash.Sum(nil))
	}
	return nil
}

// close writes the summary, then the end of the journal.
func (f *files) close(s report.Summary, at time.Time) error {
	s.JournalBytes = f.journal.Size()
	return errors.Join(f.writeSummary(s), f.endJournal(s, at))
}

// writeSummary writes the last file, and closes the directory.
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

// endJournal comes last: a run whose journal has no end can be resumed.
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
