package main

import (
	"bytes"
	"context"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/exit"
)

// broken is a writer with a defect.
type broken struct{}

func (broken) Write([]byte) (int, error) { panic("not shown") }

// A panic ends a command with exit code 1, and is reported in the form that was asked for: a
// crash would exit with 2, which says that nothing was sent.
func TestPanicOfACommand(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"version", "--log-format", "json"}} {
		var stderr bytes.Buffer
		code := executeAt(context.Background(), time.Now, args, nil, broken{}, &stderr, nil)
		asked := len(args) > 1
		if code != exit.Internal || !bytes.Contains(stderr.Bytes(), []byte("broken.Write")) || bytes.HasPrefix(stderr.Bytes(), []byte("{")) != asked {
			t.Errorf("%v: exit code %d: %s", args, code, stderr.Bytes())
		}
	}
}
