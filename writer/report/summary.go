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
	"usersync/writer"
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

	Times

	// What the users were sent to.
	Scope Scope `json:"scope"`
	// What was read, in the order of reading.
	Inputs []Input `json:"inputs,omitempty"`
	// What was written.
	Files []File `json:"files,omitempty"`
	// Size of the journal in bytes before its end, which is written after this document.
	JournalBytes int64 `json:"journal_bytes,omitempty" jsonschema:"minimum=0"`
	// Configuration of the run.
	Config *Config `json:"config,omitempty"`
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
}

// Counts are the records of a run, by outcome.
type Counts struct {
	// Records read from the input.
	RecordsRead int `json:"records_read" jsonschema:"minimum=0"`
	// Every record up to this one is in results; 0 if none is.
	SettledUpTo int `json:"settled_up_to" jsonschema:"minimum=0"`
	// Records after that one which the API has taken, or may have taken.
	PerhapsTaken int `json:"perhaps_taken_after,omitempty" jsonschema:"minimum=0"`
	// Records in results, by outcome.
	Outcomes writer.Outcomes `json:"outcomes"`
	// Records in rejects: invalid, refused, failed and in_doubt.
	Rejects int `json:"rejects" jsonschema:"minimum=0"`
	// Lines of the input that belong to no record.
	Skipped *Skipped `json:"skipped,omitempty"`
	// Records whose ids are new and look like other ids.
	Lookalikes *Lookalikes `json:"lookalikes,omitempty"`
	// Records that have the id of an earlier record, and say something different.
	RepeatedIDs *Repeated `json:"repeated_ids,omitempty"`
	// What mirror did with users missing from the input; absent in other modes.
	Deletions *Deletions `json:"deletions,omitempty"`
	// Run whose rejects were sent again.
	Retried *Retried `json:"retried,omitempty"`
	// Plan that was applied.
	Plan *Plan `json:"plan,omitempty"`
	// Most frequent codes of each outcome.
	Codes map[user.Status][]writer.Code `json:"codes,omitempty"`
}

// Skipped are the lines of an input that belong to no record.
type Skipped struct {
	// Exact copies of the header after it, as joined files have them.
	Headers int `json:"headers,omitempty" jsonschema:"minimum=0"`
	// Blank lines.
	Blank int `json:"blank,omitempty" jsonschema:"minimum=0"`
	// First lines of files that are for programs: sep=, #TYPE or version:.
	Leading int `json:"leading,omitempty" jsonschema:"minimum=0"`
	// Lines before the one that header_row names.
	BeforeHeader int `json:"before_header,omitempty" jsonschema:"minimum=0"`
	// Lines of dashes under the header.
	Dashes int `json:"dashes,omitempty" jsonschema:"minimum=0"`
	// Lines that begin as comment says.
	Comments int `json:"comments,omitempty" jsonschema:"minimum=0"`
	// Lines that begin as footer says.
	Footers int `json:"footers,omitempty" jsonschema:"minimum=0"`
	// Files that end with 0x1A, the end-of-file character of old programs.
	EndMarks int `json:"end_marks,omitempty" jsonschema:"minimum=0"`
}

// Times are when a run was made, and how fast.
type Times struct {
	// Start of the run.
	StartedAt time.Time `json:"started_at"`
	// End of the run.
	FinishedAt time.Time `json:"finished_at"`
	// Duration of the run in seconds.
	Seconds float64 `json:"seconds" jsonschema:"minimum=0"`
	// Records in results, for each second of the run.
	PerSecond float64 `json:"users_per_second" jsonschema:"minimum=0"`
}

// Deletions counts those of users missing from the input. They are in results,
// after the records of the input, and never in rejects.
type Deletions struct {
	// Deletions in results.
	Users int `json:"users" jsonschema:"minimum=0"`
	// Those of them that are invalid, refused, failed or in doubt.
	Rejected int `json:"rejected" jsonschema:"minimum=0"`
}

// Retried is what happened to the rejects of an earlier run.
type Retried struct {
	// Name of that run.
	Run string `json:"run"`
	// Rejects of that run.
	Rejects int `json:"rejects" jsonschema:"minimum=0"`
	// Those of them that are settled now.
	Settled int `json:"settled" jsonschema:"minimum=0"`
}

// Plan is the saved plan that a run applied.
type Plan struct {
	// Path of the plan file, as it was given.
	Path string `json:"path"`
	// SHA-256 of the plan file.
	SHA256 string `json:"sha256" jsonschema:"pattern=^[0-9a-f]{64}$"`
	// Records that the plan holds a call for.
	Calls int `json:"calls" jsonschema:"minimum=0"`
	// Name of the person who approved the plan, as given.
	ApprovedBy string `json:"approved_by,omitempty"`
}

// Calls counts the calls of one kind.
type Calls struct {
	// Calls made, including repeated ones.
	Made int `json:"made" jsonschema:"minimum=0"`
	// Calls by result: ok, http_503, timeout and so on.
	Met map[string]int `json:"met,omitempty"`
}

// Pace is what held the calls back.
type Pace struct {
	// Highest limit during the run, in calls per second; absent if there was no limit.
	Ceiling float64 `json:"ceiling_per_second,omitempty"`
	// Lowest limit during the run, in calls per second; absent if there was no limit.
	Lowest float64 `json:"lowest_per_second,omitempty"`
	// Calls let through.
	Calls int `json:"calls" jsonschema:"minimum=0"`
	// Answers that said there were too many requests.
	Throttled int `json:"throttled" jsonschema:"minimum=0"`
	// What the pace did, in order.
	Events []PaceEvent `json:"events,omitempty"`
	// Further events, not listed.
	EventsLeftOut int `json:"events_left_out,omitempty"`
}

// PaceEvent is one thing that the pace did.
type PaceEvent struct {
	// When it was done.
	At time.Time `json:"at"`
	// What was done: paused, slowed, recovered, down, up, stopped.
	What string `json:"what"`
	// Why.
	Why string `json:"why,omitempty"`
	// How long it lasted, in seconds; absent if that does not apply.
	Seconds float64 `json:"seconds,omitempty"`
	// Limit from then on, in calls per second; absent if it did not change.
	PerSecond float64 `json:"per_second,omitempty"`
}

// Scope is what the users were sent to.
type Scope struct {
	// Name of the destination, such as kard.
	Destination string `json:"destination"`
	// Host that the calls went to.
	Host string `json:"host,omitempty"`
	// Base URL that the calls went to, in one spelling: scheme and host in lower case,
	// no port that the scheme implies, no slash at the end.
	BaseURL string `json:"base_url,omitempty"`
	// Account there: the organization, issuer or tenant.
	Account string `json:"account,omitempty"`
	// The destination was the built-in sandbox.
	Sandbox bool `json:"sandbox,omitempty"`
}

// Input is one file that was read.
type Input struct {
	// Path as it was given; - is standard input.
	Path string `json:"path"`
	// Format: csv or jsonl.
	Format writer.Format `json:"format,omitempty"`
	// Bytes read, after decompression.
	Bytes int64 `json:"bytes,omitempty" jsonschema:"minimum=0"`
	// SHA-256 of those bytes; absent if the input was not read to its end.
	SHA256 string `json:"sha256,omitempty" jsonschema:"pattern=^[0-9a-f]{64}$"`
	// Records read.
	Records int `json:"records" jsonschema:"minimum=0"`
}

// File is one file that was written.
type File struct {
	// What it holds: results or rejects.
	Holds string `json:"holds"`
	// Path of the file.
	Path string `json:"path"`
	// Records in it.
	Records int `json:"records" jsonschema:"minimum=0"`
	// Its size.
	Bytes int64 `json:"bytes,omitempty" jsonschema:"minimum=0"`
	// SHA-256 of its contents; absent where a person's data was erased from it.
	SHA256 string `json:"sha256,omitempty" jsonschema:"pattern=^[0-9a-f]{64}$"`
}

// Config identifies the configuration of a run.
type Config struct {
	// Path of the config file.
	Path string `json:"path,omitempty"`
	// SHA-256 of the config in force.
	SHA256 string `json:"sha256,omitempty" jsonschema:"pattern=^[0-9a-f]{64}$"`
	// SHA-256 of the mapping of columns to fields.
	MappingSHA256 string `json:"mapping_sha256,omitempty" jsonschema:"pattern=^[0-9a-f]{64}$"`
}

// Program is what ran.
type Program struct {
	// Version of usersync.
	Version string `json:"version"`
	// Commit that it was built from.
	Commit string `json:"commit,omitempty"`
}

// By is who ran it, and where.
type By struct {
	// User of the operating system.
	User string `json:"user,omitempty"`
	// Host name of the machine.
	Host string `json:"host,omitempty"`
	// Arguments of the command, with secret values masked.
	Arguments []string `json:"arguments,omitempty"`
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
		s.PerSecond = math.Round(10*float64(s.Outcomes.Total())/took.Seconds()) / 10
	}
}

// Unaccounted returns how many records have no outcome, or, if negative, how many outcomes there are too
// many: among all records read if the run finished, among those up to SettledUpTo if it stopped.
// Anything but 0 is a bug in usersync.
func (s *Summary) Unaccounted() int {
	if s.State == Finished {
		return s.RecordsRead + s.Deleted().Users - s.Outcomes.Total()
	}
	return s.SettledUpTo - s.Outcomes.Total()
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
