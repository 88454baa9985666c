package history

import (
	"errors"
	"io"
	"iter"

	"usersync/sync/journal"
	"usersync/writer/report"
	"usersync/writer/verify"
)

// journalFacts converts a journal for verification. A run that another absorbed counts
// as stopped.
func journalFacts(p *journal.History) *verify.Journal {
	f := &verify.Journal{Run: p.Header.Run, Checkpoint: verify.Checkpoint{
		Record: p.Checkpoint.Record, Results: p.Checkpoint.Results, Rejects: p.Checkpoint.Rejects, Outcomes: p.Checkpoint.Outcomes}}
	f.Cut = p.End == nil && len(p.Resumed) == 0
	if p.Torn == 0 {
		f.Bytes = p.Size
	}
	if p.End != nil {
		f.State = map[journal.State]report.State{journal.Finished: report.Finished, journal.Stopped: report.Stopped}[p.End.State]
	}
	return f
}

// notesOf yields the entries of a journal for verification.
func notesOf(r io.ReaderAt, size int64) iter.Seq2[verify.Note, error] {
	return func(yield func(verify.Note, error) bool) {
		for frame, err := range journal.Frames(r, size) {
			outcomes, unreadable := frame.Settled()
			mark, marked, noMark := frame.Checkpoint()
			if err := errors.Join(err, unreadable, noMark); err != nil {
				yield(verify.Note{}, err)
				return
			}
			if marked && !yield(verify.Note{Checkpoint: mark.Record}, nil) {
				return
			}
			for _, o := range outcomes {
				if !yield(verify.Note{Settled: o}, nil) {
					return
				}
			}
		}
	}
}
