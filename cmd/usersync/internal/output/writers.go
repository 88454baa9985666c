package output

import (
	"errors"
	"io"

	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/rundir"
)

// OpenWriters makes the one writer. The files of a resumed run already have headers.
func (f *Files) OpenWriters() error {
	resumed := f.results.Size() > 0
	resultsTo, rejectsTo := &headerSkipper{to: f.results, skip: resumed}, &headerSkipper{to: f.rejects, skip: f.Shard || f.rejects.Size() > 0}
	results, err := writer.NewResults(resultsTo, writer.Format(f.ResultsFormat))
	if err != nil {
		return err
	}
	files, err := f.rejectsNameFiles()
	if err != nil {
		return err
	}
	rejects, err := writer.NewRejects(rejectsTo, writer.RejectsOptions{
		Format: writer.Format(f.Layout.Format), Delimiter: f.Layout.Delimiter, Header: f.Layout.Header,
		SecretColumns: f.Layout.SecretColumns, Hides: f.Layout.Hides, KeepSecrets: f.RejectsSecrets == "keep", Run: f.dir.ID(), Files: files,
	})
	if err != nil {
		return err
	}
	resultsTo.skip, rejectsTo.skip = false, false
	if f.Spec.Results != "" && !f.Shard {
		if f.copy, f.copyWriter, err = openCopy(f.Spec, f.dir, resumed); err != nil {
			return err
		}
	}
	f.writer = writer.Tee(writer.Redacted(results, f.Pseudonyms), writer.Only(rejected, rejects), f.counts.writer(), f.Progress)
	if f.Shard {
		f.writer = writer.Only(settledHere, writer.Tee(writer.Redacted(results, f.Pseudonyms), f.counts.writer(), f.Progress))
	}
	return nil
}

// rejectsNameFiles reports whether rejects have a column for the file of a row. Those of a resumed run
// keep the columns of their header, which an earlier version may have written.
func (f *Files) rejectsNameFiles() (bool, error) {
	if f.Shard || f.rejects.Size() == 0 || writer.Format(f.Layout.Format) != writer.FormatCSV {
		return f.Inputs > 1, nil
	}
	file, err := f.dir.Read(f.rejectsName())
	if err != nil {
		return false, err
	}
	names, err := writer.RejectsNameFiles(file)
	return names, errors.Join(err, file.Close())
}

// Writer writes outcomes to the files first, because a checkpoint must agree with the
// results, then to the checkpointer, and last to the copy of the results, which may fail.
func (f *Files) Writer(checkpointer writer.Writer) writer.Writer {
	all := []writer.Writer{f.writer, checkpointer}
	if f.index != nil && !f.Shard {
		all = append(all, f.index)
	}
	if f.copyWriter != nil {
		all = append(all, f.copyWriter)
	}
	return noted{writer.Tee(all...), f}
}

// noted notes that an outcome may be in the results although it counts as not written, because the
// ledger or the copy failed.
type noted struct {
	to    writer.Writer
	files *Files
}

func (n noted) Write(o *user.Outcome) error {
	err := n.to.Write(o)
	if err != nil && !n.files.Shard {
		n.files.incomplete = true
	}
	return err
}

// settledHere reports whether an outcome is this shard's.
func settledHere(o *user.Outcome) bool { return o.Status != user.Elsewhere }

// rejected reports whether an outcome belongs in rejects. The deletion of a missing user
// does not: it has no row to send again.
func rejected(o *user.Outcome) bool { return o.Status.Rejected() && !o.Record.Origin.Absent }

// headerSkipper skips a header that is already in the file.
type headerSkipper struct {
	to   io.Writer
	skip bool
}

func (h *headerSkipper) Write(p []byte) (int, error) {
	if h.skip {
		return len(p), nil
	}
	return h.to.Write(p)
}

// openCopy opens the copy of the results that --results names.
func openCopy(spec Spec, dir *rundir.Dir, resumed bool) (file *rundir.File, w writer.Writer, err error) {
	if spec.Results == "-" {
		file = rundir.Stream(spec.Stdout, "standard output")
	} else if file, err = rundir.Replace(spec.Results); err != nil {
		return nil, nil, err
	}
	if resumed {
		err = copyBefore(file, dir, spec.resultsName())
	}
	to := &headerSkipper{to: file, skip: resumed}
	results, bad := writer.NewResults(to, writer.Format(spec.ResultsFormat))
	to.skip = false
	return file, writer.Redacted(results, spec.Pseudonyms), errors.Join(err, bad)
}

// copyBefore copies the results of earlier parts of the run.
func copyBefore(to io.Writer, dir *rundir.Dir, name string) error {
	results, err := dir.Read(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, results)
	return errors.Join(err, results.Close())
}
