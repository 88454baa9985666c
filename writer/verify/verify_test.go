package verify

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"go.uber.org/goleak"

	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
)

// leftovers are the files of a run of twelve records, to be damaged.
type leftovers struct {
	format           writer.Format
	results, rejects string
	resultsName      string
	summary          *report.Summary
	journal          *Journal
	notes            []Note
	noteErr          error
}

const verifiedRun = "20260314T030405Z-abcdef"

// leftBy writes the files of a finished run, with the writers that a run uses.
// Records 3, 6, 9 and 12 are rejects; 4 was not sent.
func leftBy(t testing.TB, format writer.Format) *leftovers {
	t.Helper()
	l := &leftovers{format: format, resultsName: "results." + string(format)}
	var rejected bytes.Buffer
	reject, err := writer.NewRejects(&rejected, writer.RejectsOptions{Format: format, Header: []string{"id"}, Run: verifiedRun})
	if err != nil {
		t.Fatal(err)
	}
	var outcomes []user.Outcome
	counts := map[user.Status]int{}
	for n := 1; n <= 12; n++ {
		o := verified(n)
		outcomes = append(outcomes, o)
		counts[o.Status]++
		if err := reject.Write(&o); err != nil {
			t.Fatal(err)
		}
		if o.Attempts > 0 {
			l.notes = slices.Insert(l.notes, max(0, len(l.notes)-n%3), Note{Settled: settled(o)})
		}
		if n == 8 {
			l.notes = append(l.notes, Note{Checkpoint: 8})
		}
	}
	l.results, l.rejects = resultsOf(t, format, outcomes), rejected.String()
	l.journal = &Journal{Run: verifiedRun, State: report.Finished, Checkpoint: Checkpoint{
		Record: 12, Results: int64(len(l.results)), Rejects: int64(len(l.rejects)), Outcomes: counts}}
	l.summary = &report.Summary{
		Run: verifiedRun, Ending: report.Ending{State: report.Finished},
		Counts: report.Counts{RecordsRead: 12, SettledUpTo: 12, Outcomes: writer.CountOutcomes(counts), Rejects: 4,
			Codes: map[user.Status][]writer.Code{user.Refused: {{Code: "bad", Records: 4}}}},
		Files: []report.File{{Holds: "results", Path: "runs/x/" + l.resultsName, Records: 12, Bytes: int64(len(l.results))}, {Holds: "rejects", Path: "runs/x/rejects." + string(format), Records: 4, Bytes: int64(len(l.rejects))}},
	}
	return l
}

func verified(n int) user.Outcome {
	o := example
	o.Record = &user.Record{Origin: user.Origin{Record: n, File: "users", Line: n + 1, Raw: fmt.Sprintf("%d", n)}, User: user.User{ID: fmt.Sprint(n)}}
	switch {
	case n%3 == 0:
		o.Status, o.Code, o.HTTP = user.Refused, "bad", 400
	case n == 4:
		o.Status, o.Action, o.HTTP, o.Attempts = user.Unchanged, "", 0, 0
	}
	return o
}

func (l *leftovers) verify() Verdict {
	f := Files{
		Results: writer.FileText{Name: l.resultsName, Format: l.format, Text: iotest.HalfReader(strings.NewReader(l.results))},
		Rejects: writer.FileText{Name: "rejects." + string(l.format), Format: l.format, Text: strings.NewReader(l.rejects)},
		Summary: l.summary,
	}
	if l.journal != nil {
		f.Journal = l.journal
		f.Journal.Notes = l.journalNotes()
	}
	return Check(f)
}

func (l *leftovers) journalNotes() iter.Seq2[Note, error] {
	return func(yield func(Note, error) bool) {
		for _, n := range l.notes {
			if !yield(n, nil) {
				return
			}
		}
		if l.noteErr != nil {
			yield(Note{}, l.noteErr)
		}
	}
}

// killedAtItsEnd takes the end away from the journal, which then has a size, and the summary says
// which it had.
func (l *leftovers) killedAtItsEnd(size, said int64) {
	l.journal.State, l.journal.Cut, l.journal.Bytes = "", true, size
	l.summary.JournalBytes = said
}

// line changes the nth line of a text, from 1.
func line(text *string, n int, change func(string) string) {
	lines := strings.SplitAfter(*text, "\n")
	lines[n-1] = change(lines[n-1])
	*text = strings.Join(lines, "")
}

func drop(string) string    { return "" }
func twice(s string) string { return s + s }
func (l *leftovers) first() int {
	if l.format != writer.FormatCSV {
		return 0
	}
	return strings.Index(l.results, "\n") + 1
}
func (l *leftovers) row(n int) int {
	if l.first() > 0 {
		return n + 1
	}
	return n
}

func TestVerifyFindsNothingInAGoodRun(t *testing.T) {
	for _, format := range []writer.Format{writer.FormatCSV, writer.FormatJSONL} {
		l := leftBy(t, format)
		if v := l.verify(); len(v.Findings) > 0 || v.Records != 12 || v.Rejects != 4 {
			t.Errorf("%s: %+v", format, v)
		}
		l.killedAtItsEnd(160, 160)
		if v := l.verify(); len(v.Findings) > 0 {
			t.Errorf("%s killed before the end of its journal: %+v", format, v)
		}
		l.journal = nil
		if v := l.verify(); len(v.Findings) > 0 {
			t.Errorf("%s without a journal: %+v", format, v)
		}
	}
}

// stop makes the run one that a signal stopped after record 8.
func (l *leftovers) stop() {
	results, counts := strings.SplitAfter(l.results, "\n"), map[user.Status]int{user.Created: 5, user.Unchanged: 1, user.Refused: 2}
	l.results = strings.Join(results[:l.row(8)], "")
	l.rejects = strings.Join(strings.SplitAfter(l.rejects, "\n")[:l.row(2)], "")
	l.journal.State, l.journal.Checkpoint = report.Stopped, Checkpoint{8, int64(len(l.results)), int64(len(l.rejects)), counts}
	l.resultsName += ".partial"
	l.summary.State, l.summary.SettledUpTo, l.summary.Outcomes, l.summary.Rejects = report.Stopped, 8, writer.CountOutcomes(counts), 2
	l.summary.Codes, l.summary.Files = nil, nil
}

func TestVerifyFindsNothingInAStoppedOrKilledRun(t *testing.T) {
	for _, format := range []writer.Format{writer.FormatCSV, writer.FormatJSONL} {
		l := leftBy(t, format)
		l.stop()
		if v := l.verify(); len(v.Findings) > 0 || v.Records != 8 {
			t.Errorf("%s, stopped: %+v", format, v)
		}
		whole := leftBy(t, format)
		l.journal.State, l.results, l.rejects = "", whole.results[:len(whole.results)-5], whole.rejects+"torn"
		if v := l.verify(); len(v.Findings) > 0 || v.Records != 8 || v.Rejects != 2 {
			t.Errorf("%s, killed with more behind the mark: %+v", format, v)
		}
		l.killedAtItsEnd(0, 0) // in a frame, by a part of the run that came after the stop
		if v := l.verify(); len(v.Findings) > 0 || v.Records != 8 {
			t.Errorf("%s, killed after an earlier stop: %+v", format, v)
		}
	}
}

// A full disk can stop a run before its first checkpoint.
func TestVerifyFindsNothingWithoutACheckpoint(t *testing.T) {
	for _, format := range []writer.Format{writer.FormatCSV, writer.FormatJSONL} {
		l := leftBy(t, format)
		l.stop()
		l.results = strings.Join(strings.SplitAfter(l.results, "\n")[:l.row(0)], "")
		l.rejects = strings.Join(strings.SplitAfter(l.rejects, "\n")[:l.row(0)], "")
		l.journal.Checkpoint, l.journal.Notes = Checkpoint{}, nil
		l.summary.SettledUpTo, l.summary.Outcomes, l.summary.Rejects = 0, writer.Outcomes{}, 0
		if v := l.verify(); len(v.Findings) > 0 || v.Records != 0 {
			t.Errorf("%s: %+v", format, v)
		}
	}
}

func TestVerifyFindsPlantedDamage(t *testing.T) {
	type damage struct {
		name  string
		plant func(*leftovers)
		want  string
	}
	for _, d := range []damage{
		{"a result dropped", func(l *leftovers) { line(&l.results, l.row(5), drop) }, "record 5 is missing before it"},
		{"results dropped", func(l *leftovers) { line(&l.results, l.row(4), drop); line(&l.results, l.row(4), drop) }, "records 4 to 5 are missing"},
		{"a result twice", func(l *leftovers) { line(&l.results, l.row(5), twice) }, "record 5 follows record 5"},
		{"the last result dropped", func(l *leftovers) { line(&l.results, l.row(12), drop) }, "ends at record 11"},
		{"a status changed", func(l *leftovers) {
			line(&l.results, l.row(5), func(s string) string { return strings.Replace(s, "created", "updated", 1) })
		}, "record 5 differs from what the journal says"},
		{"a result made a reject", func(l *leftovers) {
			line(&l.results, l.row(5), func(s string) string { return strings.Replace(s, "created", "refused", 1) })
		}, "record 5 is refused and missing in rejects"},
		{"an id changed", func(l *leftovers) {
			line(&l.results, l.row(5), func(s string) string { return strings.NewReplacer(",5,", ",7,", `"id":"5"`, `"id":"7"`).Replace(s) })
		}, "record 5 differs"},
		{"a garbled result", func(l *leftovers) { line(&l.results, l.row(5), func(string) string { return "x\n" }) }, "is not a result"},
		{"results cut", func(l *leftovers) { l.results = l.results[:len(l.results)-3] }, "is truncated"},
		{"more behind the end", func(l *leftovers) { l.results += "\n" }, "is not a result"},
		{"a reject dropped", func(l *leftovers) { line(&l.rejects, l.row(2), drop) }, "record 6 is refused and missing in rejects"},
		{"a reject twice", func(l *leftovers) { line(&l.rejects, l.row(2), twice) }, "record 6 is in rejects, but not rejected in results, or is there twice"},
		{"the last reject dropped", func(l *leftovers) { line(&l.rejects, l.row(4), drop) }, "record 12 is refused and missing in rejects"},
		{"a reject behind the last", func(l *leftovers) { line(&l.rejects, l.row(4), twice) }, "record 12 is in rejects"},
		{"a reject's code changed", func(l *leftovers) {
			line(&l.rejects, l.row(2), func(s string) string { return strings.Replace(s, "bad", "sad", 1) })
		}, "outcome, code or detail differ"},
		{"a reject's line changed", func(l *leftovers) {
			line(&l.rejects, l.row(2), func(s string) string {
				return strings.NewReplacer(",6,7,", ",6,8,", `_line":7`, `_line":8`).Replace(s)
			})
		}, "record 6: file, line, outcome"},
		{"a reject of another run", func(l *leftovers) {
			line(&l.rejects, l.row(2), func(s string) string { return strings.Replace(s, verifiedRun, "other", 1) })
		}, "of another run than the rows before"},
		{"rejects of another run", func(l *leftovers) { l.rejects = strings.ReplaceAll(l.rejects, verifiedRun, verifiedRun[:22]+"x") }, "of another run than the journal"},
		{"a garbled reject", func(l *leftovers) { line(&l.rejects, l.row(2), func(string) string { return "x\n" }) }, "is not a reject"},
		{"a note dropped", func(l *leftovers) { l.notes = slices.Delete(l.notes, 3, 4) }, "by a call that the journal does not know"},
		{"a note of a record that is not there", func(l *leftovers) { l.notes = append(l.notes, Note{Settled: user.Settled{Record: 13}}) }, "1 records are settled there"},
		{"a journal that cannot be read", func(l *leftovers) { l.notes, l.noteErr = l.notes[:2], errFull }, "no space left"},
		{"a mark at another byte", func(l *leftovers) { l.journal.Checkpoint.Results-- }, "the journal's checkpoint is at byte"},
		{"a mark of rejects at another byte", func(l *leftovers) { l.journal.Checkpoint.Rejects++ }, "the journal's checkpoint is at byte"},
		{"a mark beyond the end", func(l *leftovers) { l.journal.Checkpoint.Record = 13 }, "was on the disk up to record 13"},
		{"results behind the last mark", func(l *leftovers) { l.journal.Checkpoint.Record = 11 }, "but record 12 follows it"},
		{"other counts at the mark", func(l *leftovers) { l.journal.Checkpoint.Outcomes[user.Created]++ }, "counted at the checkpoint"},
		{"no summary", func(l *leftovers) { l.summary = nil }, "summary.json: it is missing"},
		{"a summary that counts otherwise", func(l *leftovers) { l.summary.Outcomes.Created++ }, "it counts 8 created, but there are 7"},
		{"a summary that does not add up", func(l *leftovers) { l.summary.RecordsRead++ }, "do not add up"},
		{"a summary with other rejects", func(l *leftovers) { l.summary.Rejects = 3 }, "it counts 3 rejects, but there are 4"},
		{"a summary with other codes", func(l *leftovers) { l.summary.Codes[user.Refused][0].Records = 3 }, "its codes of refused"},
		{"a summary with another end", func(l *leftovers) { l.summary.SettledUpTo = 11 }, "records up to 11 are settled"},
		{"a summary of another run", func(l *leftovers) { l.summary.Run = "other" }, "it is of another run than the journal"},
		{"a summary of another state", func(l *leftovers) { l.summary.State = report.Stopped }, "it says that the run stopped"},
		{"a summary with another size", func(l *leftovers) { l.summary.Files[0].Bytes++ }, "and the summary says"},
		{"a journal cut between two frames", func(l *leftovers) { l.killedAtItsEnd(100, 160) }, "journal: it has no end, and there is a summary"},
		{"a journal cut in a frame", func(l *leftovers) { l.killedAtItsEnd(0, 0) }, "journal: it has no end, and there is a summary"},
		{"a result changed after a kill at the end", func(l *leftovers) {
			l.killedAtItsEnd(160, 160)
			line(&l.results, l.row(12), drop)
		}, "ends at record 11"},
		{"a file not renamed", func(l *leftovers) { l.resultsName += ".partial" }, "still has its unfinished name"},
	} {
		for _, format := range []writer.Format{writer.FormatCSV, writer.FormatJSONL} {
			t.Run(d.name+", "+string(format), func(t *testing.T) {
				l := leftBy(t, format)
				d.plant(l)
				found := l.verify().Findings
				if !slices.ContainsFunc(found, func(f Finding) bool { return strings.Contains(f.String(), d.want) }) {
					t.Errorf("want %q, found:\n%v", d.want, found)
				}
			})
		}
	}
}

func TestVerifyContinuesAfterAFinding(t *testing.T) {
	l := leftBy(t, writer.FormatCSV)
	line(&l.results, 3, func(string) string { return "x\n" })
	line(&l.results, 10, drop)
	line(&l.rejects, 2, drop)
	found := fmt.Sprint(l.verify().Findings)
	for _, want := range []string{"results.csv, line 3: is not", "results.csv, line 4: record 3 is refused", "results.csv, line 10: record 9 is missing"} {
		if !strings.Contains(found, want) {
			t.Errorf("want %q in %s", want, found)
		}
	}
	l.results = l.results[:l.first()] + strings.Repeat("x\n", 5000)
	if v := l.verify(); len(v.Findings) != mostFindings || v.More < 4000 {
		t.Errorf("%d findings and %d more", len(v.Findings), v.More)
	}
}

func TestVerifyReportsUnreadableFiles(t *testing.T) {
	l := leftBy(t, writer.FormatCSV)
	v := Check(Files{
		Results: writer.FileText{Name: "results.csv", Format: writer.FormatCSV, Text: iotest.ErrReader(errFull)},
		Rejects: writer.FileText{Name: "rejects.csv", Format: writer.FormatCSV, Text: iotest.ErrReader(errors.New("broken"))},
		Summary: l.summary,
	})
	if found := fmt.Sprint(v.Findings); !strings.Contains(found, errFull.Error()) || !strings.Contains(found, "broken") {
		t.Errorf("found %s", found)
	}
}

var (
	noon    = time.Date(2026, 3, 14, 12, 0, 0, 7_000_000, time.UTC)
	example = user.Outcome{
		Status: user.Created, Action: user.Create, HTTP: 201, Attempts: 1,
		RequestID: "0f8fad5b-d9cb-469f-a165-70867728950e", Took: 187 * time.Millisecond, At: noon,
	}
	errFull = errors.New("no space left on device")
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// settled is what a journal holds of an outcome.
func settled(o user.Outcome) user.Settled {
	s := o.Settled()
	s.Took = s.Took.Truncate(time.Millisecond)
	return s
}

func resultsOf(t testing.TB, f writer.Format, outcomes []user.Outcome) string {
	t.Helper()
	var out bytes.Buffer
	w, err := writer.NewResults(&out, f)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outcomes {
		if err := w.Write(&o); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}
