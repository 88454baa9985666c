package main

import (
	"errors"
	"io/fs"
	"strings"

	"usersync/reader"
	"usersync/sync/user"
	"usersync/writer/rundir"
)

// withoutHint returns the hint that an error carries, so that it can stand on a
// line of its own, and the error with a text that lacks it.
func withoutHint(err error) (hint string, bare error) {
	if e, ok := errors.AsType[*reader.InputError](err); ok {
		return e.Hint, err
	}
	if e, ok := errors.AsType[*user.InvalidError](err); ok {
		bare := *e
		bare.Hint = ""
		return e.Hint, &bare
	}
	return "", err
}

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
