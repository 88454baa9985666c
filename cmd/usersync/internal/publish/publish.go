// Package publish uploads the files of a finished run to a URL, and knows which runs wait for that.
//
// The run directory stays what it is: nothing depends on a copy. Start at Run.
package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"usersync/reader/place"
	"usersync/writer/rundir"
)

// published are the files that others read, by the name before the first dot. The journal, the
// index and the logs of calls are for usersync on this machine.
func published(name string) bool {
	before, after, _ := strings.Cut(name, ".")
	return slices.Contains([]string{"results", "rejects", "absent", "report", "summary"}, before) && !strings.HasSuffix(after, ".partial")
}

// Error says that files of a run could not be uploaded. The run itself is not affected.
type Error struct {
	Run, URL string
	File     string // the one that failed; empty if it is about all
	Err      error
}

// Error names run, file and place.
func (e *Error) Error() string {
	what := "run " + e.Run
	if e.File != "" {
		what = e.File + " of " + what
	}
	return fmt.Sprintf("publish %s: %s: %v", what, e.URL, e.Err)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Run uploads the files of a finished run to a folder of its name under a URL, the summary last,
// and replaces what is there. It returns how many. Then the run no longer waits for that place. An error
// is an *Error.
func Run(ctx context.Context, places *place.Opener, url, runsDir, run string) (files int, err error) {
	failed := func(file string, err error) error { return &Error{Run: run, URL: url, File: file, Err: err} }
	dir, err := rundir.Open(runsDir, run)
	if err != nil {
		return 0, failed("", err)
	}
	defer func() {
		if closed := dir.Close(); err == nil && closed != nil {
			err = failed("", closed)
		}
	}()
	names, err := dir.Names()
	if err != nil {
		return 0, failed("", err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !published(name) || name == rundir.SummaryName })
	// Once the summary is there, all is there.
	for _, name := range append(names, rundir.SummaryName) {
		if err := upload(ctx, places, url, dir, name); err != nil {
			return files, failed(name, err)
		}
		files++
	}
	if waits, err := noted(dir); err == nil && waits == url {
		if err := dir.Remove(rundir.UnpublishedName); err != nil {
			return files, failed("", err)
		}
	}
	return files, nil
}

func upload(ctx context.Context, places *place.Opener, url string, dir *rundir.Dir, name string) (err error) {
	file, err := dir.Read(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	return places.Put(ctx, url, dir.ID()+"/"+name, file, info.Size())
}
