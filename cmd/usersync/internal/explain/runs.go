package explain

import (
	"encoding/json"
	"path/filepath"
	"slices"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/report"
	"usersync/writer/rundir"
)

// mostRecords is how many rows of one user are listed of a run.
const mostRecords = 10

// The states of a run.
const (
	finished = "finished"
	stopped  = "stopped"
	absorbed = "absorbed"
	killed   = "killed or running"
)

// Describe says what a run did with the user. later are what later runs did with them, and asked
// is what is known of its settings.
func (f *Found) Describe(runsDir string, h Hit, asked Asked, held *Ledger, later []Run) Run {
	header := h.Header
	r := Run{Run: h.Run, Path: filepath.Join(runsDir, h.Run), StartedAt: header.Started.UTC(), To: header.Scope.Destination,
		BaseURL: history.ScopeOf(header).BaseURL, Mode: header.Mode, Sandbox: header.Sandbox, Retried: header.Retried}
	r.State, r.ended = stateOf(runsDir, h.Run)
	if held != nil && (held.To != r.To || r.Sandbox) {
		held = nil // it is about another API
	}
	rows := slices.Clone(h.Rows)
	for _, o := range h.Unwritten {
		rows = append(rows, writer.Result{Settled: o, Place: writer.Place{Row: unwritten}})
	}
	slices.Reverse(rows)
	r.MoreRecords = max(0, len(rows)-mostRecords)
	for i, row := range rows[:min(len(rows), mostRecords)] {
		record := recordOf(row)
		c := cause{run: &r, asked: asked, header: header, row: row, held: held, later: later, readBy: f.ReadBy[h.Run], ledgerCommand: f.LedgerCommand, last: i == 0}
		record.Why = c.why()
		record.Reject, record.Next = c.reject(), c.next()
		r.Records = append(r.Records, record)
	}
	r.addAttempts(runsDir)
	return r
}

// unwritten in place of a line says that a row is only in the journal.
const unwritten = -1

func recordOf(row writer.Result) Record {
	return Record{Record: row.Record, Unwritten: row.Row == unwritten, File: row.File, Line: row.Line, Action: row.Action, Outcome: row.Status, Code: row.Code, Detail: row.Detail,
		Remote: row.Remote, Calls: Calls{Attempts: row.Attempts, HTTP: row.HTTP, Milliseconds: row.Took.Milliseconds(), At: row.At, RequestID: row.RequestID}}
}

// ending is what the summary of a run says about its end.
type ending struct {
	State report.State `json:"state"`
	Next  string       `json:"next"`
	UpTo  int          `json:"settled_up_to"`

	by string // run that has absorbed it
}

// stateOf says how a run ended. The journal is read only if the summary does not settle it.
func stateOf(runsDir, run string) (state string, ended ending) {
	ended = endingOf(runsDir, run)
	if ended.State == report.Finished {
		return finished, ended
	}
	state, ended.by = journalState(runsDir, run) // a run that is continued keeps the summary of its first part
	return state, ended
}

func endingOf(runsDir, run string) (e ending) {
	dir, err := rundir.Open(runsDir, run)
	if err != nil {
		return e
	}
	defer dir.Close() // it was only read
	f, err := dir.Read(rundir.SummaryName)
	if err != nil {
		return e
	}
	defer f.Close() // it was only read
	if json.NewDecoder(f).Decode(&e) != nil {
		return ending{}
	}
	return e
}

func journalState(runsDir, run string) (state, by string) {
	r, err := history.Read(runsDir, run)
	if err != nil || r.Journal.End == nil {
		return killed, ""
	}
	end := r.Journal.End
	return map[journal.State]string{journal.Finished: finished, journal.Stopped: stopped, journal.Absorbed: absorbed}[end.State], end.By
}

// settles reports whether an outcome leaves nothing to do for the user.
func settles(s user.Status) bool { return !s.Rejected() }
