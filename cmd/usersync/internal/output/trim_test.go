package output

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/history"
	"usersync/reader"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// begun returns the files of a run that has begun.
func begun(t *testing.T, spec Spec) *Files {
	t.Helper()
	f, err := Create(spec, time.Now(), func(string) error { return nil })
	if err == nil {
		err = f.Begin(journal.Header{Run: f.Run()})
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func summaryOf(f *Files, state report.State) *report.Summary {
	s := &report.Summary{}
	s.Run, s.State = f.Run(), state
	return s
}

// writeRejects writes n outcomes, of which every second one is a reject.
func writeRejects(t *testing.T, w writer.Writer, n int) {
	t.Helper()
	for i := range n {
		r := user.Record{Origin: user.Origin{Record: i + 1, File: "users.jsonl", Line: i + 1, Raw: "{}"}}
		if err := w.Write(&user.Outcome{Record: &r, Status: []user.Status{user.Created, user.Invalid}[i%2], Action: user.Create}); err != nil {
			t.Fatal(err)
		}
	}
}

// Wherever a full disk cuts results and rejects off, what is left of them after the recount are whole
// rows, each reject with its result, and as many as were counted.
func TestTrim(t *testing.T) {
	for _, cut := range []struct {
		file            string
		rows            int   // of results, of seven, of which three are rejects
		written, reject int   // afterwards
		part            int64 // bytes that are missing
	}{
		{"results", 7, 6, 3, 3}, {"results", 7, 7, 3, 0}, {"rejects", 7, 5, 2, 3}, {"results", 1, 0, 0, 3}, {"rejects", 3, 1, 0, 3},
	} {
		spec := specIn(t.TempDir())
		spec.ResultsFormat, spec.Layout = "jsonl", reader.Layout{Format: "jsonl"}
		f := begun(t, spec)
		writeRejects(t, f.Writer(discard{}), cut.rows)
		if err := f.Finish(false, nil); err != nil {
			t.Fatal(err)
		}
		file := map[string]*rundir.File{"results": f.results, "rejects": f.rejects}[cut.file]
		if err := os.Truncate(file.Path(), file.Size()-cut.part); err != nil {
			t.Fatal(err)
		}
		c, err := f.Recount()
		if err == nil {
			err = f.Trim(c)
		}
		if err != nil || c.Written != cut.written {
			t.Fatalf("%+v: %d written: %v", cut, c.Written, err)
		}
		if n, end, err := f.walkRejects(1 << 20); n != cut.reject || end < f.rejects.Size() || err != nil {
			t.Errorf("%+v: %d rejects, a part of one at %d: %v", cut, n, end, err)
		}
		if again, err := f.Recount(); again.Written != cut.written || again.end < f.results.Size() || err != nil {
			t.Errorf("%+v: %d results, a part of one at %d: %v", cut, again.Written, again.end, err)
		}
		if info, err := os.Stat(f.results.Path()); err != nil || info.Size() != f.results.Size() {
			t.Errorf("%+v: results of %d bytes count as %d, %v", cut, info.Size(), f.results.Size(), err)
		}
	}
}

// failing fails from the third outcome on, as a ledger that cannot be reached.
type failing struct{ n int }

func (f *failing) Write(*user.Outcome) error {
	if f.n++; f.n < 3 {
		return nil
	}
	return errors.New("the ledger is away")
}

// An outcome that is in the results when the ledger fails is counted.
func TestOutcomeBeforeAFailureIsCounted(t *testing.T) {
	f := begun(t, specIn(t.TempDir()))
	w := f.Writer(&failing{})
	writeUsers(t, w, 0, 2)
	r := user.Record{Origin: user.Origin{Record: 3, File: "users.csv"}, User: user.User{ID: "u-2"}}
	if w.Write(&user.Outcome{Record: &r, Status: user.Created, Action: user.Create}) == nil {
		t.Fatal("no error")
	}
	if err := f.Finish(false, nil); err != nil || !f.Incomplete() {
		t.Fatalf("%v, and it is to be counted: %v", err, f.Incomplete())
	}
	if c, err := f.Recount(); c.Written != 3 || err != nil {
		t.Errorf("%d are in the results, %v", c.Written, err)
	}
}

// A run without a summary has no end, so that the next run continues it and writes the summary.
func TestRunWithoutItsSummaryHasNoEnd(t *testing.T) {
	for _, lost := range []bool{false, true} {
		runs := t.TempDir()
		f := begun(t, specIn(runs))
		if lost {
			if err := f.summary.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Close(summaryOf(f, report.Finished), time.Now()); errors.Is(err, fs.ErrClosed) != lost {
			t.Fatal(err)
		}
		if err := f.Release(); err != nil {
			t.Fatal(err)
		}
		if left, err := history.Find(runs, f.Run()); err != nil || (left.Journal.End == nil) != lost {
			t.Errorf("lost %v: %+v, %v", lost, left, err)
		}
	}
}

// A run that is continued has room for its summary before it sends any user, as one that begins.
func TestContinuedRunReservesItsSummary(t *testing.T) {
	runs := t.TempDir()
	f := begun(t, specIn(runs))
	for _, file := range []*rundir.File{f.results, f.rejects} {
		if err := file.Sync(); err != nil {
			t.Fatal(err)
		}
	}
	checkpoint := journal.Checkpoint{Results: f.results.Size(), Rejects: f.rejects.Size()}
	if err := errors.Join(f.Close(summaryOf(f, report.Stopped), time.Now()), f.Release()); err != nil {
		t.Fatal(err)
	}
	again, err := Resume(specIn(runs), &history.Run{Dir: runs, ID: f.Run(), Journal: &journal.History{Begun: true, Checkpoint: checkpoint}})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(runs, f.Run(), rundir.SummaryName+".partial"))
	if err != nil || info.Size() != summaryRoom {
		t.Errorf("the room is %v, %v", info, err)
	}
	if err := again.Release(); err != nil {
		t.Fatal(err)
	}
}

// Rejects that a resumed run continues keep the columns that they have, such as those of an earlier
// version, which named no file.
func TestResumedRejectsKeepTheirColumns(t *testing.T) {
	for _, before := range []int{1, 2} {
		spec := specIn(t.TempDir())
		spec.Inputs = before
		f := begun(t, spec)
		if err := errors.Join(f.results.Sync(), f.rejects.Sync()); err != nil {
			t.Fatal(err)
		}
		checkpoint := journal.Checkpoint{Results: f.results.Size(), Rejects: f.rejects.Size()}
		if err := errors.Join(f.Finish(false, nil), f.Close(summaryOf(f, report.Stopped), time.Now()), f.Release()); err != nil {
			t.Fatal(err)
		}
		spec.Inputs = 3 - before
		again, err := Resume(spec, &history.Run{Dir: spec.RunsDir, ID: f.Run(), Journal: &journal.History{Begun: true, Checkpoint: checkpoint}})
		if err == nil {
			err = again.OpenWriters()
		}
		if err != nil {
			t.Fatal(err)
		}
		writeRejects(t, again.Writer(discard{}), 2)
		if err := errors.Join(again.Finish(true, nil), again.Release()); err != nil {
			t.Fatal(err)
		}
		if n, end, err := again.walkRejects(2); n != 1 || end < again.rejects.Size() || err != nil {
			t.Errorf("begun with %d inputs: %d rejects can be read, %v", before, n, err)
		}
	}
}

// A run that could not start gives the room of its summary back, so that a full disk has it again.
func TestReleaseFreesTheRoomOfTheSummary(t *testing.T) {
	f := begun(t, specIn(t.TempDir()))
	if err := f.Release(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(f.Dir().Path(), rundir.SummaryName+".partial"))
	if err != nil || info.Size() != 0 {
		t.Errorf("the room is %v, %v", info, err)
	}
}
