package main

import (
	"errors"
	"io/fs"
	"strings"

	"usersync/writer/rundir"
)

// roomHint tells standard output and devices apart, which room elsewhere does
// not help.
func roomHint(err error) string {
	full, isFile := errors.AsType[*rundir.FullError](err)
	e, isPath := errors.AsType[*fs.PathError](err)
	if isFile && full.Stream || isPath && strings.HasPrefix(e.Path, "/dev/") {
		return "what takes the results is full: give --results a file, or leave it out"
	}
	return "make room on the disk, or give --runs-dir a place on another one"
}
