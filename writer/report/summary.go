// Package report writes what a run did, or would do: the summary and the forecast, as JSON for
// machines and as text for a person at a terminal.
//
// It does not write a line per record: package writer does. Start at Summary and Print.
package report

import (
	"encoding/json"
	"io"
	"math"
	"time"

	"usersync/sync/user"
	"usersync/sync/visible"
)

// SummaryFormat is the version of the summary document. It changes only if programs that know an
// older version would misread it; new facts alone do not change it.
const SummaryFormat = 1

// State says how a run ended.
type State string

// The states.
const (
	// Finished: the whole input was read, and every record has an outcome.
	Finished State = "finished"
	// Stopped: records up to settled_up_to have an outcome; what happened to later ones
	// is not in this document.
	Stopped State = "stopped"
)

// Summary is what a run did, as an audit record: no personal data except file names, and no
// secrets. Unknown facts are left out.
type Summary struct {
	// Version of this document's format.
	Format int `json:"format" jsonschema:"enum=1"`
	// Name of the run: its start in UTC and six random characters.
	Run string `json:"run"`
	Ending
	Counts

	// Calls made, by kind: create, update, delete, read.
	Calls map[string]Calls `json:"calls,omitempty"`
	// What held the calls back.
	Pace *Pace `json:"pace,omitempty"`
	// How the run went: latency, time spent, and how much was done when.
	Activity *Activity `json:"activity,omitempty"`

	Times

	// What the users were sent to.
	Scope Scope `json:"scope"`
	// What was read, in the order of reading.
	Inputs []Input `json:"inputs,omitempty"`
	// What was written.
	Files []File `json:"files,omitempty"`
	// Size of the journal in bytes before its end, which is written after this document.
	JournalBytes int64 `json:"journal_bytes,omitempty" jsonschema:"minimum=0"`
	Configured
	// Program that ran.
	Program Program `json:"program"`
	// Who ran it, and where.
	By By `json:"by"`
}

// Ending is how a run ended, and what to do about it.
type Ending struct {
	// Whether every record that the input holds has an outcome.
	State State `json:"state" jsonschema:"enum=finished,enum=stopped"`
	// Exit code of the process; see usersync help exit-codes.
	ExitCode int `json:"exit_code"`
	// Why the run stopped, or did not end well, in one sentence.
	Reason string `json:"reason,omitempty"`
	// What a person can do about it.
	Hint string `json:"hint,omitempty"`
	// Command to type next.
	Next string `json:"next,omitempty"`
	// Path of the report of the run, a web page with the same numbers.
	Report string `json:"report,omitempty"`
}

// Times are when a run was made, and how fast.
type Times struct {
	// Start of the run; if it was interrupted and continued, of its last part.
	StartedAt time.Time `json:"started_at"`
	// End of the run.
	FinishedAt time.Time `json:"finished_at"`
	// Duration of the run in seconds; if it was interrupted and continued, of its last part.
	Seconds float64 `json:"seconds" jsonschema:"minimum=0"`
	// Records that were settled in that time, for each second of it.
	PerSecond float64 `json:"users_per_second" jsonschema:"minimum=0"`
}

// Finish sets the end of the run, and everything that follows from the other facts: the format, the
// duration, the rate and the number of rejects.
func (s *Summary) Finish(at time.Time) {
	s.Format = SummaryFormat
	s.StartedAt, s.FinishedAt = s.StartedAt.UTC(), at.UTC()
	took := max(at.Sub(s.StartedAt), 0)
	s.Seconds = took.Round(time.Millisecond).Seconds()
	s.Rejects = s.Outcomes.Rejected() - s.Deleted().Rejected
	if took > 0 {
		s.PerSecond = math.Round(10*float64(s.Outcomes.Total()-s.before())/took.Seconds()) / 10
	}
}

// before is how many records an earlier, interrupted part of the run has settled.
func (s *Summary) before() int {
	if s.Activity == nil {
		return 0
	}
	return min(max(s.Activity.FirstRecord-1, 0), s.Outcomes.Total())
}

// Continued reports whether the run was interrupted and continued: its times are those of its last part.
func (s *Summary) Continued() bool { return s.before() > 0 }

// Unaccounted returns how many records have no outcome, or, if negative, how many outcomes there are too
// many: among all records read if the run finished, among those up to SettledUpTo if it stopped.
// Anything but 0 is a bug in usersync.
func (s *Summary) Unaccounted() int {
	if s.State == Finished {
		return s.RecordsRead + s.Deleted().Users - s.Outcomes.Total()
	}
	return s.SettledUpTo - s.Unsettled - s.Outcomes.Total()
}

// Path returns the path of the first file of results or rejects; empty if there is none.
func (s *Summary) Path(holds string) string {
	for _, f := range s.Files {
		if f.Holds == holds {
			return f.Path
		}
	}
	return ""
}

// Refused returns how many records were refused with a code, if it is among the most frequent codes.
func (s *Summary) Refused(code string) int {
	return s.CodeOf(user.Refused, code)
}

// CodeOf returns how many records of a status have the code, if it is among the most
// frequent ones.
func (s *Summary) CodeOf(status user.Status, code string) int {
	for _, c := range s.Codes[status] {
		if c.Code == code {
			return c.Records
		}
	}
	return 0
}

// Deleted returns Deletions, or zeros if there is no such section.
func (s *Summary) Deleted() Deletions {
	if s.Deletions == nil {
		return Deletions{}
	}
	return *s.Deletions
}

// HeldBack returns how many deletions were held back.
func (s *Summary) HeldBack() int {
	if s.Lookalikes == nil {
		return 0
	}
	return s.Lookalikes.HeldBack
}

// WriteSummary writes s as indented JSON.
func WriteSummary(w io.Writer, s Summary) error {
	e := json.NewEncoder(visible.NewWriter(w))
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(s)
}
