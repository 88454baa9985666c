package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"usersync/reader"
	"usersync/sync/user"
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

// deniedHint names what in the config leads to an API and to an account there.
func deniedHint(c *config) string {
	account := map[string]string{"kard": ", organization", "custom": ", account"}[c.Target.To]
	return fmt.Sprintf("check base_url%s and auth under %s: in the config", account, c.Target.To)
}

// roomHint tells standard output and devices apart, which room elsewhere does
// not help.
func roomHint(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok && strings.HasPrefix(e.Path, "/dev/") {
		return "what takes the results is full: give --results a file, or leave it out"
	}
	return "make room on the disk, or give --runs-dir a place on another one"
}
