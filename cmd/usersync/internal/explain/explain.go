// Package explain collects everything that is known about one user: what each run did with
// them and why, where that is recorded, and what is left to do.
//
// It reads the files of runs, and changes and sends nothing. It does not open the ledger: the
// command passes in what the ledger holds. Start at Search for which runs had the user, and at
// Explanation for what is said.
package explain

import (
	"time"

	"usersync/sync/user"
	"usersync/writer/attempts"
)

// Format is the version of the document that --json prints. It changes only if programs that
// know an older version would misread it.
const Format = 1

// Explanation is what is known about one user.
type Explanation struct {
	// Version of this document's format.
	Format int `json:"format"`
	// Id of the user, as it was asked for.
	ID string `json:"id"`
	// What the ledger holds of the user; absent if it was not read.
	Ledger *Ledger `json:"ledger,omitempty"`
	// Why the ledger was not read, or that it does not know the user.
	LedgerNote string `json:"ledger_note,omitempty"`
	// What that is about, if the runs went to several destinations.
	LedgerTo string `json:"ledger_to,omitempty"`
	// What the ledgers of other destinations hold of the user, if the runs went to several.
	Others []Other `json:"other_destinations,omitempty"`
	// The newest runs, newer than all that had the user, that did not.
	Without []Without `json:"runs_without,omitempty"`
	// Runs that had the user, the newest first.
	Runs []Run `json:"runs"`
	// Older runs that had the user and are not listed.
	OlderRuns int `json:"older_runs,omitempty"`
	// Ids that look like this one, in the ledger or in runs.
	Alike []string `json:"alike,omitempty"`
	// Runs that could not be searched, or not completely, and why.
	NotSearched []NotSearched `json:"not_searched,omitempty"`
	// Command to type next; absent if nothing is left to do.
	Next string `json:"next,omitempty"`
}

// Known reports whether anything is known about the user.
func (e *Explanation) Known() bool { return e.Ledger != nil || len(e.Runs) > 0 }

// Ledger is what the ledger holds of a user.
type Ledger struct {
	// API that it is about.
	To string `json:"to"`
	// State of the entry: held, accepted or pending.
	State string `json:"state"`
	// Key that the API made for the user.
	Remote string `json:"remote_id,omitempty"`
	// Source of users that brought the user.
	Feed string `json:"feed,omitempty"`
	// Run that last changed the entry, and the record in its input.
	Run    string `json:"run,omitempty"`
	Record int    `json:"record,omitempty"`
	// Fields whose values the API is known to hold. The ledger holds no values.
	Fields []string `json:"fields,omitempty"`
}

// NotSearched is a run in which the user may be.
type NotSearched struct {
	// Name of the run.
	Run string `json:"run"`
	// Why it was not searched.
	Why string `json:"why"`
}

// Run is a run that had the user.
type Run struct {
	// Name of the run, and its directory.
	Run  string `json:"run"`
	Path string `json:"path"`
	// Start of the run.
	StartedAt time.Time `json:"started_at"`
	// State of the run: finished, stopped, absorbed, or killed or running.
	State string `json:"state"`
	// What the users were sent to.
	To      string `json:"to"`
	BaseURL string `json:"base_url,omitempty"`
	// Mode of the run, such as upsert.
	Mode string `json:"mode"`
	// Whether the users went to the built-in sandbox, and not to the API.
	Sandbox bool `json:"sandbox,omitempty"`
	// Run whose rejects were the input.
	Retried string `json:"retried,omitempty"`
	// What the run did with the user, one for each row, the last one first.
	Records []Record `json:"records"`
	// Rows of the user that are not listed.
	MoreRecords int `json:"more_records,omitempty"`

	ended ending
}

// Record is what a run did with one row of the user.
type Record struct {
	// Number of the record in the run's input.
	Record int `json:"record"`
	// Input file and line; absent for the deletion of a user missing from the input.
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	// Whether only the journal knows of it so far, because the run is unfinished. Without an
	// outcome it was sent, or was about to be.
	Unwritten bool `json:"unwritten,omitempty"`
	// Last call made for the record: create, update or delete; absent if there was none.
	Action user.Op `json:"action,omitempty"`
	// Outcome and its reason, as results hold them.
	Outcome user.Status `json:"outcome"`
	Code    string      `json:"code,omitempty"`
	Detail  string      `json:"detail,omitempty"`
	// Key that the API made for the user.
	Remote string `json:"remote_id,omitempty"`
	// Why this was done and nothing different.
	Why []string `json:"why"`
	// Calls that carried the record.
	Calls Calls `json:"calls"`
	// Fields that the row gave the user; values only with --show-values.
	Fields []Field `json:"fields,omitempty"`
	// Why fields or values are missing.
	FieldsNote string `json:"fields_note,omitempty"`
	// What happened to the rejected row.
	Reject string `json:"reject,omitempty"`
	// Command to type next; absent if nothing is left to do.
	Next string `json:"next,omitempty"`
}

// Calls are the calls for one record.
type Calls struct {
	// Number of calls.
	Attempts int `json:"attempts"`
	// HTTP status of the last answer; absent if there was none.
	HTTP int `json:"http_status,omitempty"`
	// Time from the first call to the outcome, in milliseconds.
	Milliseconds int64 `json:"ms,omitempty"`
	// When the record was settled.
	At time.Time `json:"at,omitzero"`
	// Id that the API gave to the last answer.
	RequestID string `json:"request_id,omitempty"`
	// Calls that the run has logged, in order: those that failed, and those after them.
	Logged []attempts.Attempt `json:"logged,omitempty"`
	// Why calls may be missing there.
	Note string `json:"note,omitempty"`
}

// Field is a field of the user.
type Field struct {
	// Name in usersync's vocabulary.
	Name string `json:"name"`
	// Value, if it is shown. A secret is never shown.
	Value  *string `json:"value,omitempty"`
	Secret bool    `json:"secret,omitempty"`
}
