package retry

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

// takesAll is an API that accepts every field.
type takesAll struct{ connect.Client }

func (takesAll) Traits() destination.Traits { return destination.Traits{AnyField: true} }

// Missing originals are reported before anything is sent. If nothing is masked, they are
// not needed.
func TestMissingOriginals(t *testing.T) {
	dir := t.TempDir()
	c := &config.Config{Output: config.Output{RunsDir: filepath.Join(dir, "runs")}, Input: config.Input{Rows: config.Rows{Format: "auto", Charset: "auto"}}}
	c.Invocation.Verb = "retry"
	runs, err := rundir.Create(c.Output.RunsDir, time.Now())
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
	source := Source{Rejects: history.Rejects{Run: runs.ID(), Count: 1, Masked: true, Dir: c.Output.RunsDir}}
	find := func() (*history.Originals, error) {
		return source.FindOriginals(t.Context(), c, takesAll{}.Traits(), []string{"rejects.csv"}, nil, zap.NewNop())
	}
	o, err := find()
	if o == nil || err != nil || c.Input.Original == nil {
		t.Fatal(o, err)
	}
	if err := errors.Join(o.Close(), os.Remove(input)); err != nil {
		t.Fatal(err)
	}
	_, err = find()
	bad, ok := errors.AsType[*exit.Error](err)
	if !ok || bad.Code != exit.Misuse || bad.Next != "usersync retry rejects.csv" || bad.Hint == "" || !strings.Contains(err.Error(), "nothing was sent") {
		t.Errorf("%v", err)
	}
	source.Masked = false
	if o, err := find(); o != nil || err != nil {
		t.Errorf("%v, %v", o, err)
	}
}
