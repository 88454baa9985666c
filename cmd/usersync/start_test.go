package main

import (
	"io"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/advice"
)

// Every command line builds all commands: `usersync version` and the first call of a run wait
// for that. The settings are declared once for all of them.
func TestCommandsAreCheapToBuild(t *testing.T) {
	const most = 10_000
	got := testing.AllocsPerRun(1, func() {
		newRoot(&env{stdin: nil, stdout: io.Discard, stderr: io.Discard, now: time.Now}, &advice.Result{})
	})
	if got > most {
		t.Errorf("%.0f allocations, want at most %d", got, most)
	}
}
