// Package proof tests the whole program: the built binary, a file, and the sandbox in a
// process of its own. It contains only tests.
//
// Each proof has a small form, which runs with all other tests, and a full form, which
// runs with -full. Tests of a single part are next to that part.
package proof

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var (
	full   = flag.Bool("full", false, "run the proofs in their full size")
	update = flag.Bool("update", false, "rewrite the sessions in the documentation that print something else")
)

// size is how large a proof is.
func size(small, large int) int {
	if *full {
		return large
	}
	return small
}

// overlap lets a proof in its small form run together with others: most of its time it
// waits. In its full form it has the machine for itself, and so has always one that
// measures a rate.
func overlap(t *testing.T) {
	t.Helper()
	if !*full {
		t.Parallel()
	}
}

// program is the binary that the proofs run.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := withProgram(m.Run)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// withProgram builds the program, runs the tests and removes it.
func withProgram(run func() int) (int, error) {
	dir, err := os.MkdirTemp("", "usersync-proof-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "usersync")
	build := exec.Command("go", "build", "-trimpath", "-o", program, "..") // as make build does
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return 0, fmt.Errorf("build usersync: %w", err)
	}
	return run(), nil
}
