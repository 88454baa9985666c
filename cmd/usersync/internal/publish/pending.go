package publish

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"

	"usersync/writer/rundir"
)

// Pending is a finished run that is to be uploaded, as the run has noted.
type Pending struct {
	Run string
	URL string // without its query
}

// Waiting returns the finished runs that are to be uploaded, the oldest first. err says of which
// it cannot be read where.
func Waiting(runsDir string) (all []Pending, err error) {
	runs, err := rundir.Runs(runsDir)
	for _, r := range slices.Backward(runs) {
		if !r.Unpublished || !r.Finished {
			continue
		}
		url, bad := notedBy(runsDir, r.ID)
		switch {
		case bad == nil:
			all = append(all, Pending{r.ID, url})
		case !errors.Is(bad, fs.ErrNotExist): // another process may just have uploaded or removed it
			err = errors.Join(err, &Error{Run: r.ID, File: rundir.UnpublishedName, Err: bad})
		}
	}
	return all, err
}

// longest is more bytes than a URL has.
const longest = 64 << 10

func noted(dir *rundir.Dir) (url string, err error) {
	file, err := dir.Read(rundir.UnpublishedName)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(file, longest))
	return strings.TrimSpace(string(text)), errors.Join(err, file.Close())
}

// notedBy is what a run has noted.
func notedBy(runsDir, run string) (url string, err error) {
	dir, err := rundir.Open(runsDir, run)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	return noted(dir)
}
