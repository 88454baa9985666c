package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"usersync/writer"
	"usersync/writer/report"
)

// rewrite brings all of it to the disk beside the files, and only then puts one
// after the other into its place.
func (w *rewriting) rewrite(rehearsal bool) (err error) {
	defer func() { err = errors.Join(err, w.drop()) }()
	if err := w.copyAll(w.anew); err != nil {
		return err
	}
	if err := w.copySummary(); err != nil {
		return err
	}
	for _, f := range w.fresh {
		if err := f.Sync(); err != nil {
			return err
		}
	}
	if err := w.sign(); err != nil {
		return err
	}
	for i := range w.fresh { // the results were the first
		if err := w.fresh[len(w.fresh)-1-i].Commit(); err != nil {
			return err
		}
	}
	leavings := []string{erasingFile}
	if rehearsal { // its ledger ended with it
		leavings = append(leavings, "ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.key")
	}
	return w.dir.Remove(leavings...)
}

func (w *rewriting) anew(name string) (io.Writer, error) {
	f, err := w.dir.Anew(name)
	if err == nil {
		w.fresh = append(w.fresh, f)
	}
	return f, err
}

// sign notes that the files are about to change.
func (w *rewriting) sign() error {
	f, err := w.dir.Append(erasingFile)
	if err != nil {
		return err
	}
	return f.Close()
}

// drop removes what did not take its place.
func (w *rewriting) drop() (err error) {
	for _, f := range w.fresh {
		err = errors.Join(err, f.Drop())
	}
	return err
}

// copySummary tells the new sizes.
func (w *rewriting) copySummary() error {
	name := w.named("summary.json")
	return w.read(name, func(f *os.File, _ int64) error {
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
			}{{"results", w.results}, {"rejects", w.rejects}} {
				if file.Holds == c.holds && strings.HasPrefix(filepath.Base(file.Path), c.holds+".") {
					file.Bytes = c.Size
				}
			}
		}
		out, err := w.anew(name)
		if err != nil {
			return err
		}
		return report.WriteSummary(out, s)
	})
}
