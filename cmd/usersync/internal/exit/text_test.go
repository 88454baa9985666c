package exit

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"
)

// What happened to a file is said once. Other errors keep their lines, even if they look alike.
func TestText(t *testing.T) {
	full := func(path string) error { return &fs.PathError{Op: "write", Path: path, Err: syscall.ENOSPC} }
	other := errors.New("b: must be a number")
	for want, err := range map[string]error{
		"run r: write the journal: write j: no space left on device\nwrite results: write c: no space left on device": errors.Join(
			fmt.Errorf("run r: %w", errors.Join(fmt.Errorf("write the journal: %w", full("j")), fmt.Errorf("write results: %w", full("c")),
				fmt.Errorf("write the journal: %w", full("j")))), fmt.Errorf("end the journal: write the journal: %w", full("j"))),
		"a: b: must be a number\nc: b: must be a number": errors.Join(fmt.Errorf("a: %w", other), fmt.Errorf("c: %w", other)),
		"b: must be a number":                            errors.Join(other, other),
		"open f: file does not exist":                    &fs.PathError{Op: "open", Path: "f", Err: fs.ErrNotExist},
	} {
		if got := Text(err); got != want {
			t.Errorf("%q\nwant %q", got, want)
		}
	}
}
