package input

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader/proof"
)

// Paths returns the files to read: those of the command line, or otherwise those that
// match the patterns of from, sorted within a pattern, without repeats. verb is the
// command, for the error if there are none.
func Paths(verb string, args, patterns []string) ([]string, error) {
	if len(args) > 0 {
		return args, nil
	}
	var paths []string
	for _, pattern := range patterns {
		found, err := expandPattern(pattern)
		if err != nil {
			return nil, err
		}
		for _, path := range found {
			if !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	if len(paths) == 0 {
		return nil, exit.Usage(errors.New("find the input: no file is named"),
			"name a FILE, - for standard input, or set from: in the config", exit.CommandLine(verb, "--help"))
	}
	return paths, nil
}

var errNoMatch = errors.New("no file matches")

func expandPattern(pattern string) ([]string, error) {
	if !strings.ContainsAny(pattern, "*?[") {
		return []string{pattern}, nil
	}
	found, err := filepath.Glob(pattern)
	if err != nil {
		return nil, exit.Usage(fmt.Errorf("find the input: from: %s is not a valid pattern: %w", pattern, err), "", "usersync help settings")
	}
	found = slices.DeleteFunc(found, func(path string) bool { return strings.HasSuffix(path, proof.SidecarSuffix) }) // they are not inputs
	if len(found) == 0 {
		return nil, exit.Usage(fmt.Errorf("find the input: from: %w %s", errNoMatch, pattern),
			"check that the export was written, and where", "")
	}
	return found, nil
}
