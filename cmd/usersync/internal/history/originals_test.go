package history

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"usersync/reader"
	"usersync/reader/mapping"
	"usersync/sync/checkpoint"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer/rundir"
)

// reopen opens the input of a run for an API that accepts every field.
func reopen(ctx context.Context, h journal.Header) (*reader.Input, error) {
	return reader.Open(ctx, reader.Options{Paths: []string{h.Inputs[0].Path}, Accepts: mapping.Accepts{Any: true}})
}

// leftBehind creates the directory of a finished run that has read a file.
func leftBehind(t *testing.T, runs, retried, input string) string {
	t.Helper()
	dir, err := rundir.Create(runs, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	h := journal.Header{Run: dir.ID(), Retry: journal.Retry{Retried: retried}, Inputs: []journal.Input{{Path: input}}}
	in, err := reopen(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	read := checkpoint.NewDigest()
	for r, err := range in.Records() {
		if err != nil {
			t.Fatal(err)
		}
		read.Add(r)
	}
	f, err := dir.Append(rundir.JournalName)
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Create(f, h)
	if err == nil {
		err = errors.Join(j.Checkpoint(journal.Checkpoint{Record: read.Last(), InputSHA256: read.Sum()}), j.Finish(journal.End{State: journal.Finished}))
	}
	if err = errors.Join(err, f.Close(), in.Close(), dir.Close()); err != nil {
		t.Fatal(err)
	}
	return dir.ID()
}

// The rejects of a retry were made from rejects, and those from the first input.
func TestOriginalsOfARetry(t *testing.T) {
	dir := t.TempDir()
	runs, first, again := filepath.Join(dir, "runs"), filepath.Join(dir, "users.csv"), filepath.Join(dir, "rejects.csv")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(first, "id,ssn\n1,071\n2,072\n3,073\n")
	one := leftBehind(t, runs, "", first)
	write(again, "_usersync_outcome,_usersync_run,_usersync_record,id,ssn\nfailed,"+one+",2,2,***\nfailed,"+one+",3,3,***\n")
	two := leftBehind(t, runs, one, again)

	rejects := Rejects{Run: two, Count: 2, Masked: true, Dir: runs}
	o, err := rejects.Originals(t.Context(), reopen, func(run string, err error) { t.Error(run, err) })
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		record int
		want   string
	}{{1, "2,*** 2,072"}, {1, "2,*** 2,072"}, {2, "3,*** 3,073"}, {1, "2,*** 2,072"}, {3, ""}, {0, ""}} {
		var got []string
		for _, row := range o.Rows(t.Context(), user.Rejected{Run: two, Record: c.record}) {
			got = append(got, string(row))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("record %d was made of %q, want %q", c.record, got, c.want)
		}
	}
	if rows := o.Rows(t.Context(), user.Rejected{Run: one, Record: 1}); rows != nil {
		t.Errorf("a reject of another run has rows: %q", rows)
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}

	// An input that has changed or is missing is reported before anything is sent.
	for _, change := range []func(){
		func() { write(first, "id,ssn\n1,071\n2,999\n3,073\n") },
		func() { write(first, "id,ssn\n1,071\n") },
		func() { os.Remove(first) },
	} {
		change()
		_, err := rejects.Originals(t.Context(), reopen, nil)
		bad, ok := errors.AsType[*OriginalsError](err)
		if !ok || bad.Run != one || !strings.Contains(err.Error(), "nothing was sent") || strings.Contains(err.Error(), "999") {
			t.Errorf("%v", err)
		}
	}
}
