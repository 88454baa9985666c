package run

import (
	"errors"
	"io"

	"usersync/writer"
	"usersync/writer/rundir"
)

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
func (f *files) openCopy(resumed bool) (writer.Writer, error) {
	var err error
	if f.Results == "-" {
		f.copy = rundir.Stream(f.stdout, "standard output")
	} else if f.copy, err = rundir.Replace(f.Results); err != nil {
		return nil, err
	}
	if resumed {
		err = f.copyBefore()
	}
	to := &headerSkipper{to: f.copy, skip: resumed}
	w, bad := writer.NewResults(to, writer.Format(f.ResultsFormat))
	to.skip = false
	return w, errors.Join(err, bad)
}

// copyBefore copies the results of earlier parts of the run.
func (f *files) copyBefore() error {
	results, err := f.dir.Read(f.resultsName())
	if err != nil {
		return err
	}
	_, err = io.Copy(f.copy, results)
	return errors.Join(err, results.Close())
}
