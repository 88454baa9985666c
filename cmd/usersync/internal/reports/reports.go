// Package reports finds the summaries of runs, and writes the pages made from them: the report
// in the directory of a run, and the index in the directory of all runs.
//
// It sends nothing, and what the pages show is up to package page. Start at Write and Index.
package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"usersync/cmd/usersync/internal/history"
	"usersync/writer/page"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// The names of the pages.
const (
	ReportName = "report.html"
	indexName  = "index.html"
)

// Path returns where the report of a run is.
func Path(runsDir, run string) string { return filepath.Join(runsDir, run, ReportName) }

// Dir returns the directory of a run.
func Dir(runsDir, run string) string { return filepath.Join(runsDir, run) }

// mostRead is how many earlier runs are looked at for a report: more than it compares,
// because not all of them are comparable.
const mostRead = 60

// Write writes the report of a run, and replaces the one that it has. Earlier runs whose
// summaries cannot be read are left out.
func Write(runsDir string, s report.Summary) error {
	earlier, err := earlierThan(runsDir, &s)
	if err != nil {
		return err
	}
	dir, err := rundir.Open(runsDir, s.Run)
	if err != nil {
		return err
	}
	s.Report = Path(runsDir, s.Run)
	err = replace(dir, ReportName, func(w io.Writer) error { return page.Write(w, s, earlier) })
	return errors.Join(err, dir.Close())
}

func replace(dir *rundir.Dir, name string, write func(io.Writer) error) error {
	file, err := dir.Rewrite(name)
	if err != nil {
		return err
	}
	if err := write(file); err != nil {
		return errors.Join(err, file.Drop())
	}
	return file.Commit()
}

// earlierThan returns comparable runs that started before s.
func earlierThan(runsDir string, s *report.Summary) (earlier []report.Summary, err error) {
	runs, err := rundir.Runs(runsDir)
	if err != nil {
		return nil, err
	}
	read := 0
	for _, info := range runs { // the newest first
		if info.ID == s.Run || info.Started.After(s.StartedAt) || read == mostRead {
			continue
		}
		read++
		if e, err := Summary(runsDir, info.ID); err == nil && page.Comparable(&e, s) {
			earlier = append(earlier, e)
		}
	}
	return earlier, nil
}

// NoSummaryError says that a run has no summary, because it still runs or was killed.
type NoSummaryError struct{ Run string }

// Error names the run.
func (e *NoSummaryError) Error() string {
	return fmt.Sprintf("read the summary of run %s: there is none: the run has not ended, or was killed", e.Run)
}

// Summary reads the summary of a run; a later version may have written it. The error is a
// *NoSummaryError, or a *history.LookupError.
func Summary(runsDir, run string) (s report.Summary, err error) {
	dir, err := rundir.Open(runsDir, run)
	if err != nil {
		return s, &history.LookupError{Err: err}
	}
	defer dir.Close() // it was only read
	if s, err = summaryIn(dir); err == nil && outdated(runsDir, &s) {
		return s, &NoSummaryError{run}
	}
	return s, err
}

// outdated reports whether a run was continued after its summary was written, and has not ended
// since: the summary says that it stopped, and counts less than it has sent.
func outdated(runsDir string, s *report.Summary) bool {
	if s.State == report.Finished {
		return false
	}
	r, err := history.Read(runsDir, s.Run)
	return err == nil && r.Journal.End == nil
}

func summaryIn(dir *rundir.Dir) (s report.Summary, err error) {
	if !dir.Has(rundir.SummaryName) {
		return s, &NoSummaryError{dir.ID()}
	}
	file, err := dir.Read(rundir.SummaryName)
	if err != nil {
		return s, &history.LookupError{Err: err}
	}
	defer file.Close() // it was only read
	if err := json.NewDecoder(file).Decode(&s); err != nil {
		return s, &history.LookupError{Err: fmt.Errorf("read the summary of run %s: it is damaged", dir.ID())}
	}
	s.Run = dir.ID()
	return s, nil
}

// Index writes the index of all runs, and returns its path and the number of those that have a
// summary. Without any it writes none. It replaces an earlier index, and no other file.
func Index(runsDir string) (path string, n int, err error) {
	entries, unended, err := entries(runsDir)
	if err != nil || len(entries) == 0 {
		return "", 0, err
	}
	dir, err := rundir.OpenRuns(runsDir)
	if err != nil {
		return "", 0, err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	path = filepath.Join(runsDir, indexName)
	if err := checkOurs(dir, path); err != nil {
		return "", 0, err
	}
	return path, len(entries), replace(dir, indexName, func(w io.Writer) error { return page.WriteIndex(w, runsDir, entries, unended) })
}

// entries returns the runs that have a summary, and the names of those that have none: both the
// newest first.
func entries(runsDir string) (all []page.Entry, unended []string, err error) {
	runs, err := rundir.Runs(runsDir)
	if err != nil {
		return nil, nil, err
	}
	for _, info := range runs {
		dir, err := rundir.Open(runsDir, info.ID)
		if err != nil {
			continue // removed while we looked, or not ours
		}
		if s, err := summaryIn(dir); err == nil && !outdated(runsDir, &s) {
			e := page.Entry{Summary: s}
			if dir.Has(ReportName) {
				e.Report = info.ID + "/" + ReportName
			}
			all = append(all, e)
		} else if info.Journal {
			unended = append(unended, info.ID)
		}
		_ = dir.Close() // it was only read
	}
	return all, unended, nil
}

// ForeignError says that a file has the name of the index and is not one.
type ForeignError struct{ Path string }

// Error names the file.
func (e *ForeignError) Error() string {
	return fmt.Sprintf("write the index: %s is there already, and usersync has not written it", e.Path)
}

// checkOurs refuses to replace a file that is not an index.
func checkOurs(dir *rundir.Dir, path string) error {
	file, err := dir.Read(indexName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &history.LookupError{Err: err}
	}
	defer file.Close() // it was only read
	if !page.IsIndex(file) {
		return &ForeignError{path}
	}
	return nil
}
