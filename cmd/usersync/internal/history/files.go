package history

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"usersync/sync/pseudonym"
	"usersync/writer"
	"usersync/writer/index"
	"usersync/writer/report"
	"usersync/writer/rundir"
	"usersync/writer/verify"
)

// Files are the files of a run, open for reading.
type Files struct {
	verify.Files
	// Erasing means that an erasure was interrupted, or is at work: until it is finished the files
	// do not agree.
	Erasing bool

	open []io.Closer
}

// Files opens results, rejects, summary and journal of the run, for verification. Its
// error is a *LookupError. Close them after reading.
func (r *Run) Files() (*Files, error) {
	f := &Files{}
	if err := f.openAll(r); err != nil {
		f.Close()
		return nil, &LookupError{Err: err}
	}
	return f, nil
}

func (f *Files) openAll(r *Run) error {
	dir, err := rundir.Open(r.Dir, r.ID)
	if err != nil {
		return err
	}
	f.open = append(f.open, dir)
	f.Erasing = dir.Has(rundir.ErasingName)
	if f.Results, err = f.text(dir, "results"); err != nil {
		return err
	}
	f.Results.Pseudonyms, _ = pseudonym.ParseKey(r.Journal.Header.PseudonymKey)
	if f.Index, err = f.index(dir, r.Journal.Header.IndexKey); err != nil {
		return err
	}
	if f.Rejects, err = f.text(dir, "rejects"); err != nil {
		return err
	}
	if f.Summary, err = Summary(dir); err != nil {
		return err
	}
	notes, err := dir.Read(rundir.JournalName)
	if err != nil {
		return err
	}
	f.open = append(f.open, notes)
	f.Journal = journalFacts(r.Journal)
	f.Journal.Notes = notesOf(notes, r.Journal.Size)
	return nil
}

// index opens the index of the results; nil if the run was to have none.
func (f *Files) index(dir *rundir.Dir, text string) (*verify.Index, error) {
	key, ok := index.ParseKey(text)
	results, is := f.Results.Text.(*os.File)
	if !ok || !is {
		return nil, nil
	}
	info, err := results.Stat()
	if err != nil {
		return nil, err
	}
	x := &verify.Index{Results: info.Size()}
	file, err := dir.Read(rundir.IndexName)
	if errors.Is(err, fs.ErrNotExist) {
		return x, nil
	}
	if err != nil {
		return nil, err
	}
	f.open = append(f.open, file)
	if info, err = file.Stat(); err == nil {
		x.Index, err = index.Open(file, info.Size(), x.Results, key)
	}
	return x, err
}

// text opens a file in the format that exists.
func (f *Files) text(dir *rundir.Dir, name string) (writer.FileText, error) {
	var missing error
	for _, format := range []writer.Format{writer.FormatCSV, writer.FormatJSONL} {
		file, err := dir.Read(name + "." + string(format))
		if err == nil {
			f.open = append(f.open, file)
			return writer.FileText{Name: filepath.Base(file.Name()), Format: format, Text: file}, nil
		}
		if missing = err; !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	return writer.FileText{}, missing
}

// Summary reads the summary of a run; nil if there is no such file, as after a kill -9. It follows
// no link.
func Summary(dir *rundir.Dir) (*report.Summary, error) {
	if !dir.Has(rundir.SummaryName) {
		return nil, nil
	}
	file, err := dir.Read(rundir.SummaryName)
	if err != nil {
		return nil, fmt.Errorf("read summary.json: %w", err)
	}
	defer file.Close() // it was only read
	var s report.Summary
	text, err := io.ReadAll(file)
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		return nil, fmt.Errorf("read summary.json: %w", err)
	}
	return &s, nil
}

// Close closes the files. They were only read, so no error matters.
func (f *Files) Close() {
	for _, c := range f.open {
		c.Close()
	}
}
