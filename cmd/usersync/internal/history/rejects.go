package history

import (
	"errors"
	"path/filepath"
	"strings"

	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/rundir"
)

// Rejects are the rejects of a run, as the input of another.
type Rejects struct {
	Dir   string // the runs directory
	Run   string // empty without one
	Path  string // the file
	Count int    // its rows
	// Masked means that the secrets of some rows may be masked.
	Masked bool
}

// ReadRejects reads the rejects of the run id in dir once, to the end. Its error is a
// *LookupError.
func ReadRejects(dir, id string) (Rejects, error) {
	r, err := readRejects(dir, id)
	if err != nil {
		return Rejects{}, &LookupError{Err: err}
	}
	return r, nil
}

func readRejects(dir, id string) (r Rejects, err error) {
	d, err := rundir.Open(dir, id)
	if err != nil {
		return r, err
	}
	f := &Files{}
	f.open = append(f.open, d)
	defer f.Close()
	text, err := f.text(d, "rejects")
	if err != nil {
		return r, err
	}
	r = Rejects{Dir: dir, Run: id, Path: d.Path() + string(filepath.Separator) + text.Name}
	for row, err := range writer.ReadRejects(text.Text, text.Name, text.Format) {
		if _, edited := errors.AsType[*writer.LineError](err); err != nil && !edited {
			return r, err
		}
		r.Count++
		r.Masked = r.Masked || err != nil || strings.Contains(row.Text, user.Mask)
	}
	return r, nil
}
