package main

import (
	"errors"
	"fmt"

	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/sink"
)

// outputs are the files of a run and the one writer that feeds them.
type outputs struct {
	dir     *sink.Dir
	results *sink.File
	rejects *sink.File
	copy    *sink.File // --results; nil if there is none
	writer  writer.Writer
	codes   *writer.Codes
	perFile *perFile
	lacking bool // a file lacks something of what it was given
}

// checkOutput refuses two kinds of data on one standard output.
func (c *config) checkOutput() error {
	if c.json && c.results == "-" {
		return misuse(errors.New("read settings: --json and --results - both want standard output"), "keep one of them", "usersync run --help")
	}
	return nil
}

// openOutputs makes the run directory. When it fails, nothing was sent.
func openOutputs(j *job) (*outputs, error) {
	dir, err := sink.Create(j.config.runsDir, j.started)
	if err != nil {
		return nil, noPlace(err)
	}
	o := &outputs{dir: dir, codes: &writer.Codes{}, perFile: &perFile{counts: map[string]*int{}}}
	if err := o.open(j); err != nil {
		return nil, errors.Join(noPlace(err), o.finish(false, nil))
	}
	return o, nil
}

// noPlace is a place that cannot be written to; no room on it will pass.
func noPlace(err error) error {
	if sink.NoRoom(err) {
		return err
	}
	if unsafe, ok := errors.AsType[*sink.UnsafeError](err); ok {
		return misuse(err, unsafe.Hint(), "")
	}
	return misuse(err, "give --runs-dir and --results a place that this user may write to", "usersync run --help")
}

func (o *outputs) open(j *job) (err error) {
	c, layout := j.config, j.input.Layout()
	if o.results, err = o.dir.File("results." + c.resultsFormat); err != nil {
		return err
	}
	if o.rejects, err = o.dir.File("rejects." + layout.Format); err != nil {
		return err
	}
	results, err := resultsWriter(o.results, c.resultsFormat)
	if err != nil {
		return err
	}
	rejects, err := writer.NewRejects(o.rejects, writer.RejectsOptions{
		Format: writer.Format(layout.Format), Delimiter: layout.Delimiter, Header: layout.Header,
		SecretColumns: layout.SecretColumns, KeepSecrets: c.rejectsSecrets == "keep", Run: o.dir.ID(),
	})
	if err != nil {
		return err
	}
	all := []writer.Writer{results, writer.Only(rejected, rejects)}
	if c.results != "" {
		second, err := o.openCopy(j)
		if err != nil {
			return err
		}
		all = append(all, second)
	}
	o.writer = writer.Tee(append(all, o.codes, o.perFile, j.progress)...)
	return nil
}

func rejected(o user.Outcome) bool { return o.Status.Rejected() }

func resultsWriter(f *sink.File, format string) (writer.Writer, error) {
	if format == "jsonl" {
		return writer.NewJSONL(f), nil
	}
	return writer.NewCSV(f)
}

// openCopy opens what --results names.
func (o *outputs) openCopy(j *job) (writer.Writer, error) {
	var err error
	if j.config.results == "-" {
		o.copy = sink.Stream(j.stdout, "standard output")
	} else if o.copy, err = sink.Replace(j.config.results); err != nil {
		return nil, err
	}
	return resultsWriter(o.copy, j.config.resultsFormat)
}

// finish gives the files their names if the run is whole, and else leaves them
// as *.partial, with all that was written in them. A stream gets it all too. An
// error that is part of known is not told again.
func (o *outputs) finish(whole bool, known error) error {
	var errs []error
	for _, f := range []*sink.File{o.results, o.rejects, o.copy} {
		if f == nil {
			continue
		}
		end := f.Close
		if whole {
			end = f.Commit
		}
		err := end()
		o.lacking = o.lacking || err != nil
		if !errors.Is(known, err) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// writeSummary is the last file, and the directory's end.
func (o *outputs) writeSummary(s writer.Summary) error {
	f, err := o.dir.File("summary.json")
	if err == nil {
		err = errors.Join(writer.WriteSummary(f, s), f.Commit())
	}
	if err = errors.Join(err, o.dir.Close()); err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return nil
}
