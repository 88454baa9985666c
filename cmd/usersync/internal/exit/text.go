package exit

import (
	"io/fs"
	"slices"
	"strings"
)

// Text is the text of err, which has a line for each of several errors. What a file could not do is
// said once, however many steps met it: on a full disk every write to it fails.
func Text(err error) string {
	failures := fileFailures(err, nil)
	var kept, told []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		i := slices.IndexFunc(failures, func(failure string) bool { return strings.Contains(line, failure) })
		if slices.Contains(kept, line) || i >= 0 && slices.Contains(told, failures[i]) {
			continue
		}
		if kept = append(kept, line); i >= 0 {
			told = append(told, failures[i])
		}
	}
	return strings.Join(kept, "\n")
}

// fileFailures adds the texts of the errors in err that name a file.
func fileFailures(err error, to []string) []string {
	switch e := err.(type) {
	case *fs.PathError:
		return append(to, e.Error())
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			to = fileFailures(err, to)
		}
	case interface{ Unwrap() error }:
		return fileFailures(e.Unwrap(), to)
	}
	return to
}
