package report

import (
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/cause"
)

// Counts are the records of a run, by outcome.
type Counts struct {
	// Records read from the input.
	RecordsRead int `json:"records_read" jsonschema:"minimum=0"`
	// Every record up to this one is in results; 0 if none is.
	SettledUpTo int `json:"settled_up_to" jsonschema:"minimum=0"`
	// Records before that one that are in no result: shards of the run did not end.
	Unsettled int `json:"unsettled,omitempty" jsonschema:"minimum=0"`
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
	// Rows that earlier runs could not settle either.
	Parked *Parked `json:"parked,omitempty"`
	// Values that their fields cannot have, or that stand for a missing one.
	Doubtful []Doubtful `json:"doubtful_values,omitempty"`
	// What mirror did with users missing from the input; absent in other modes.
	Deletions *Deletions `json:"deletions,omitempty"`
	// Run whose rejects were sent again.
	Retried *Retried `json:"retried,omitempty"`
	// Plan that was applied.
	Plan *Plan `json:"plan,omitempty"`
	// Rejected records by cause; absent if there are none.
	ErrorGroups *cause.ErrorGroups `json:"error_groups,omitempty"`
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
	// Rejects of error groups that a retry did not ask for.
	OtherGroups int `json:"other_groups,omitempty" jsonschema:"minimum=0"`
	// Rejects that a retry left out because an earlier one settled them.
	Settled int `json:"settled,omitempty" jsonschema:"minimum=0"`
	// Sheets of workbooks that have cells and were not read, as no sheet is named.
	Sheets int `json:"sheets,omitempty" jsonschema:"minimum=0"`
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
	// Error groups that were sent; absent if all were.
	Groups []string `json:"groups,omitempty"`
	// Those of them that were read to be sent.
	Sent int `json:"sent" jsonschema:"minimum=0"`
	// Those of them that are settled now.
	Settled int `json:"settled" jsonschema:"minimum=0"`
	// Those that an earlier retry had settled; they were not sent.
	SettledBefore int `json:"settled_before,omitempty" jsonschema:"minimum=0"`
	// Those of other groups: they are still rejects of that run, and were not sent.
	Left int `json:"left,omitempty" jsonschema:"minimum=0"`
}
