package erasure

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"usersync/sync/journal"
	"usersync/writer"
	"usersync/writer/index"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// rewrite writes all new files to disk first, and only then replaces the old ones, one
// after the other.
func (e *eraser) rewrite(h journal.Header) (err error) {
	defer func() { err = errors.Join(err, e.cleanUp()) }()
	if err := e.copyIndexed(h.IndexKey); err != nil {
		return err
	}
	if err := e.copySummary(); err != nil {
		return err
	}
	for _, f := range e.pending {
		if err := f.Sync(); err != nil {
			return err
		}
	}
	if err := e.markErasing(); err != nil {
		return err
	}
	for i := range e.pending { // the results are replaced after all files that hold the person
		if err := e.pending[len(e.pending)-1-i].Commit(); err != nil {
			return err
		}
	}
	leftovers := []string{rundir.ErasingName}
	if h.Sandbox { // its ledger was for that run only
		leftovers = append(leftovers, "ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.key")
	}
	return e.dir.Remove(leftovers...)
}

// copyIndexed copies all files, and writes a new index if there was one: rows move.
func (e *eraser) copyIndexed(indexKey string) error {
	key, ok := index.ParseKey(indexKey)
	if !ok || !e.has(rundir.IndexName) {
		return e.copyAll(e.replacement)
	}
	to, err := e.replacement(rundir.IndexName)
	if err != nil {
		return err
	}
	rows := index.NewBuilder(to, key)
	e.Rows = rows.Add
	if err := e.copyAll(e.replacement); err != nil {
		return err
	}
	return rows.Close()
}

// replacement creates the file that will replace name.
func (e *eraser) replacement(name string) (io.Writer, error) {
	f, err := e.dir.Rewrite(name)
	if err == nil {
		e.pending = append(e.pending, f)
	}
	return f, err
}

// markErasing notes that the files are about to change.
func (e *eraser) markErasing() error {
	f, err := e.dir.Append(rundir.ErasingName)
	if err != nil {
		return err
	}
	return f.Close()
}

// cleanUp removes new files that did not replace an old one.
func (e *eraser) cleanUp() (err error) {
	for _, f := range e.pending {
		err = errors.Join(err, f.Drop())
	}
	return err
}

// copySummary rewrites the summary with the new sizes. Of a run that was killed there is only
// the room that was reserved for it.
func (e *eraser) copySummary() error {
	const name = rundir.SummaryName
	return e.read(name, func(f *os.File, _ int64) error {
		s, err := report.ReadSummary(f)
		if err != nil {
			return err
		}
		for i := range s.Files {
			file := &s.Files[i]
			if filepath.Base(filepath.Dir(file.Path)) != s.Run {
				continue // a copy elsewhere
			}
			for _, c := range []struct {
				holds string
				writer.Copied
			}{{"results", e.results}, {"rejects", e.rejects}} {
				if file.Holds == c.holds && strings.HasPrefix(filepath.Base(file.Path), c.holds+".") {
					file.Bytes, file.SHA256 = c.Size, ""
				}
			}
		}
		out, err := e.replacement(name)
		if err != nil {
			return err
		}
		return report.WriteSummary(out, s)
	})
}
