package main

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/sync/destination"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer/rundir"
)

// takesAll is an API that is only asked what it takes.
type takesAll struct{ client }

func (takesAll) Traits() destination.Traits { return destination.Traits{AnyField: true} }

// leftBehind makes the directory of a finished run that has read a file.
func leftBehind(t *testing.T, j *job, retried, input string) string {
	t.Helper()
	runs := j.config.Output.RunsDir
	dir, err := rundir.Create(runs, j.now())
	if err != nil {
		t.Fatal(err)
	}
	in, err := reader.Open(t.Context(), readerOptions(nil, &config{Input: inputConfig{Format: "auto", Charset: "auto"}}, j.conn.client.Traits(), []string{input}, expected{}))
	if err != nil {
		t.Fatal(err)
	}
	k := &keeper{digest: sha256.New()}
	for r, err := range in.Records() {
		if err != nil {
			t.Fatal(err)
		}
		k.add(r)
		k.last = r.Origin.Record
	}
	f, err := dir.Append(journalFile)
	if err != nil {
		t.Fatal(err)
	}
	diary, err := journal.Create(f, journal.Header{Run: dir.ID(), Retried: retried, Inputs: []journal.Input{{Path: input}}})
	if err == nil {
		err = errors.Join(diary.Mark(journal.Mark{Record: k.last, InputSHA256: k.sum()}), diary.Finish(journal.End{State: journal.Finished}))
	}
	if err = errors.Join(err, f.Close(), in.Close(), dir.Close()); err != nil {
		t.Fatal(err)
	}
	return dir.ID()
}

// The rejects of a retry were made of rejects, and those of the first input.
func TestOriginalsOfARetry(t *testing.T) {
	dir := t.TempDir()
	first, again := filepath.Join(dir, "users.csv"), filepath.Join(dir, "rejects.csv")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	j := &job{env: &env{now: time.Now}, config: &config{Output: outputConfig{RunsDir: filepath.Join(dir, "runs")}, Input: inputConfig{Format: "auto", Charset: "auto"}},
		conn: &connection{client: takesAll{}}, log: zap.NewNop()}
	j.again = func(files ...string) string { return strings.Join(files, " ") }

	write(first, "id,ssn\n1,071\n2,072\n3,073\n")
	one := leftBehind(t, j, "", first)
	write(again, "_usersync_outcome,_usersync_run,_usersync_record,id,ssn\nfailed,"+one+",2,2,***\nfailed,"+one+",3,3,***\n")
	two := leftBehind(t, j, one, again)

	j.retried = retrial{run: two, rejects: 2, masked: true, runsDir: j.config.Output.RunsDir}
	o, err := j.findOriginals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		record int
		want   string
	}{{1, "2,*** 2,072"}, {1, "2,*** 2,072"}, {2, "3,*** 3,073"}, {1, "2,*** 2,072"}, {3, ""}, {0, ""}} {
		var got []string
		for _, row := range j.config.Input.Original(user.Rejected{Run: two, Record: c.record}) {
			got = append(got, string(row))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("record %d was made of %q, want %q", c.record, got, c.want)
		}
	}
	if rows := j.config.Input.Original(user.Rejected{Run: one, Record: 1}); rows != nil {
		t.Errorf("a reject of another run has rows: %q", rows)
	}
	if err := j.closeOriginals(o); err != nil {
		t.Error(err)
	}

	// One that was changed, or is gone, is told before anything is sent.
	for _, change := range []func(){
		func() { write(first, "id,ssn\n1,071\n2,999\n3,073\n") },
		func() { write(first, "id,ssn\n1,071\n") },
		func() { os.Remove(first) },
	} {
		change()
		_, err := j.findOriginals(t.Context())
		bad, ok := errors.AsType[*exit.Error](err)
		if !ok || bad.Code != exit.Misuse || !strings.Contains(err.Error(), "nothing was sent") || strings.Contains(err.Error(), "999") {
			t.Errorf("%v", err)
		}
	}

	// Where nothing is masked, or nothing was masked, they are not looked for.
	j.retried.masked = false
	if o, err := j.findOriginals(t.Context()); o != nil || err != nil {
		t.Errorf("%v, %v", o, err)
	}
}
