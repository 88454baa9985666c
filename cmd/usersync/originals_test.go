package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/sync/destination"
	"usersync/sync/journal"
	"usersync/writer/rundir"
)

// takesAll is an API that is only asked what it takes.
type takesAll struct{ connect.Client }

func (takesAll) Traits() destination.Traits { return destination.Traits{AnyField: true} }

// Originals that are gone are told before anything is sent; where nothing was masked
// they are not looked for.
func TestOriginalsThatAreGone(t *testing.T) {
	dir := t.TempDir()
	j := &job{runOptions: runOptions{now: time.Now, log: runLog{Logger: zap.NewNop()}, config: &config.Config{Output: config.Output{RunsDir: filepath.Join(dir, "runs")}, Input: config.Input{Format: "auto", Charset: "auto"}}},
		conn: &connect.Connection{Client: takesAll{}}, paths: []string{"rejects.csv"}}
	j.config.Invocation.Verb = "retry"
	runs, err := rundir.Create(j.config.Output.RunsDir, j.now())
	if err != nil {
		t.Fatal(err)
	}
	f, err := history.Claim(runs)
	if err != nil {
		t.Fatal(err)
	}
	input := filepath.Join(dir, "users.csv")
	_, err = journal.Create(f, journal.Header{Run: runs.ID(), Inputs: []journal.Input{{Path: input}}})
	if err := errors.Join(err, f.Close(), runs.Close(), os.WriteFile(input, []byte("id,ssn\n1,071\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	j.retried = retrial{Rejects: history.Rejects{Run: runs.ID(), Count: 1, Masked: true, Dir: j.config.Output.RunsDir}}
	o, err := j.findOriginals(t.Context())
	if o == nil || err != nil || j.config.Input.Original == nil {
		t.Fatal(o, err)
	}
	if err := errors.Join(j.closeOriginals(o), os.Remove(input)); err != nil {
		t.Fatal(err)
	}
	_, err = j.findOriginals(t.Context())
	bad, ok := errors.AsType[*exit.Error](err)
	if !ok || bad.Code != exit.Misuse || bad.Next != "usersync retry rejects.csv" || bad.Hint == "" || !strings.Contains(err.Error(), "nothing was sent") {
		t.Errorf("%v", err)
	}
	j.retried.Masked = false
	if o, err := j.findOriginals(t.Context()); o != nil || err != nil {
		t.Errorf("%v, %v", o, err)
	}
}
