package verify

import (
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// notesOf returns the notes of a journal. This package does not know the journal; its caller
// connects the two like this.
func notesOf(r io.ReaderAt, size int64) iter.Seq2[Note, error] {
	return func(yield func(Note, error) bool) {
		for frame, err := range journal.Frames(r, size) {
			outcomes, unreadable := frame.Settled()
			mark, marked, noMark := frame.Checkpoint()
			if err := errors.Join(err, unreadable, noMark); err != nil {
				yield(Note{}, err)
				return
			}
			if marked && !yield(Note{Checkpoint: mark.Record}, nil) {
				return
			}
			for _, o := range outcomes {
				if !yield(Note{Settled: o}, nil) {
					return
				}
			}
		}
	}
}

// The journal and results say the same about an outcome, to the millisecond.
func TestJournalAndResultsAgree(t *testing.T) {
	file, err := os.OpenFile(filepath.Join(t.TempDir(), "journal"), os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	j, err := journal.Create(file, journal.Header{Run: verifiedRun, Started: noon})
	if err != nil {
		t.Fatal(err)
	}
	var outcomes []user.Outcome
	for _, n := range []int{8, 1, 3, 2, 5, 4, 7, 6, 12, 9, 10, 11} {
		o := verified(n)
		o.Took += 999 * time.Microsecond
		if o.Attempts > 0 {
			outcomes = append(outcomes, o)
		}
	}
	err = errors.Join(j.Settled(outcomes[:7]), j.Checkpoint(journal.Checkpoint{Record: 8}), j.Settled(outcomes[7:]),
		j.Checkpoint(journal.Checkpoint{Record: 12}), j.Finish(journal.End{State: journal.Finished}))
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []writer.Format{writer.FormatCSV, writer.FormatJSONL} {
		l := leftBy(t, format)
		l.journal.Notes = notesOf(file, j.Size())
		v := Check(Files{Summary: l.summary, Journal: l.journal,
			Results: writer.FileText{Name: "results", Format: format, Text: strings.NewReader(l.results)},
			Rejects: writer.FileText{Name: "rejects", Format: format, Text: strings.NewReader(l.rejects)}})
		if len(v.Findings) > 0 || v.Records != 12 {
			t.Errorf("%s: %+v", format, v)
		}
	}
}

// A result looks for its note no further than the next checkpoint, and notes that no result needs
// are not kept.
func TestNotesAreReadInBoundedMemory(t *testing.T) {
	const many = 4 * forgetAt
	v := &verifier{files: Files{Journal: &Journal{State: report.Stopped, Notes: func(yield func(Note, error) bool) {
		more := yield(Note{Settled: user.Settled{Record: 2}}, nil) && yield(Note{Checkpoint: 2}, nil)
		for n := 3; more && n < many; n++ {
			more = yield(Note{Settled: user.Settled{Record: n}}, nil)
		}
	}}}}
	notes := v.openNotes()
	defer notes.close()
	notes.match(&writer.Result{Settled: user.Settled{Record: 1, Attempts: 1}})
	if len(notes.held) != 1 || len(v.verdict.Findings) != 1 {
		t.Errorf("%d notes held, findings %v; want one of each", len(notes.held), v.verdict.Findings)
	}
	v.last = 2
	for !notes.done {
		notes.read()
		notes.forget()
		if len(notes.held) > forgetAt {
			t.Fatalf("%d notes held", len(notes.held))
		}
	}
}
