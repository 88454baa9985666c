package input

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/reader/place"
	"usersync/reader/proof"
)

// Paths returns the files to read: those of the command line, or otherwise those that
// match the patterns of from, sorted within a pattern, without repeats. No shell knows what
// matches a URL, so that patterns of the command line are expanded, too, if they are URLs.
func Paths(ctx context.Context, c *config.Config, args []string) ([]string, error) {
	patterns := c.Input.From
	if len(args) > 0 {
		patterns = args
	}
	var paths []string
	for i, pattern := range patterns {
		if slices.Contains(patterns[:i], pattern) && c.Places.Alike(pattern) {
			return nil, alike(pattern)
		}
		found, err := expand(ctx, c, pattern, len(args) > 0)
		if err != nil {
			return nil, err
		}
		for _, path := range found {
			if slices.Contains(paths, path) && c.Places.Alike(path) {
				return nil, alike(path)
			}
			if len(args) > 0 || !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	if len(paths) == 0 {
		return nil, exit.Usage(errors.New("find the input: no file is named"),
			"name a FILE, - for standard input, or set from: in the config", exit.CommandLine(c.Invocation.Verb, "--help"))
	}
	return paths, nil
}

// alike refuses URLs of which one would be read instead of the other.
func alike(url string) error {
	return exit.Usage(fmt.Errorf("find the input: several URLs are %s, and differ only after the question mark, which may be a signature and is not kept apart", url),
		"fetch them to local files, and name these", "usersync run --help")
}

var errNoMatch = errors.New("no file matches")

func expand(ctx context.Context, c *config.Config, pattern string, arg bool) ([]string, error) {
	switch {
	case place.Is(pattern):
		return expandURL(ctx, c, pattern)
	case arg:
		return []string{pattern}, nil
	}
	return expandPattern(pattern)
}

// expandURL lists what matches a pattern in a bucket, or on a server.
func expandURL(ctx context.Context, c *config.Config, pattern string) ([]string, error) {
	found, isPattern, err := c.Places.Expand(ctx, pattern)
	if sig := exit.StoppedBy(ctx); sig != nil {
		return nil, sig
	}
	if err != nil {
		return nil, inputError(ctx, c, []string{pattern}, &reader.InputError{File: pattern, Rule: err.Error(), Hint: hintOf(err), Err: err})
	}
	if !isPattern {
		return found, nil
	}
	return matches(found, pattern, c.Invocation.Again(c.Invocation.Files...))
}

func hintOf(err error) string {
	if e, ok := errors.AsType[*place.Error](err); ok {
		return e.Hint
	}
	return ""
}

// matches removes sidecars, which are not inputs, and refuses a pattern that only they match.
func matches(found []string, pattern, next string) ([]string, error) {
	found = slices.DeleteFunc(found, func(path string) bool { return strings.HasSuffix(path, proof.SidecarSuffix) })
	if len(found) == 0 {
		return nil, exit.Usage(fmt.Errorf("find the input: %w %s", errNoMatch, pattern),
			"check that the export was written, and where", next)
	}
	return found, nil
}

func expandPattern(pattern string) ([]string, error) {
	if !strings.ContainsAny(pattern, "*?[") {
		return []string{pattern}, nil
	}
	found, err := filepath.Glob(pattern)
	if err != nil {
		return nil, exit.Usage(fmt.Errorf("find the input: from: %s is not a valid pattern: %w", pattern, err), "", "usersync help settings")
	}
	return matches(found, pattern, "")
}
