package user

import "time"

// Status is what became of a record.
type Status string

// The statuses that stand in results, each with a different next step.
const (
	Created   Status = "created"
	Updated   Status = "updated"
	Deleted   Status = "deleted"
	Unchanged Status = "unchanged" // the destination has it already
	Accepted  Status = "accepted"  // taken for later, and no more was promised
	Invalid   Status = "invalid"   // we would not send it
	Refused   Status = "refused"   // they would not take it
	Failed    Status = "failed"    // it never got through; safe to run again
	InDoubt   Status = "in_doubt"  // sent, and nothing tells what became of it
)

// Statuses lists the statuses that stand in results, in the order of reports.
var Statuses = [...]Status{Created, Updated, Deleted, Unchanged, Accepted, Invalid, Refused, Failed, InDoubt}

// The verdicts that pass between a client and the manners around it and never
// leave them.
const (
	Unsettled Status = ""         // nothing was sent, or nothing is known yet
	Exists    Status = "_exists"  // a create met a user with this key
	Missing   Status = "_missing" // an update or delete met no user with this key
	Busy      Status = "_busy"    // not taken; may be sent again
)

// Final reports whether s may stand in results.
func (s Status) Final() bool { return s != Unsettled && s[0] != '_' }

// Rejected reports whether a record with this status goes to rejects.
func (s Status) Rejected() bool {
	return s == Invalid || s == Refused || s == Failed || s == InDoubt
}

// Outcome is what became of one record.
type Outcome struct {
	Record *Record
	Status Status
	// Action is the last call made for the record; empty if none was.
	Action Op
	// Code is a short word for the reason: one of the Code constants, or the
	// API's own. Empty when there is nothing to add.
	Code string
	// Detail is for a person: redacted, at most 200 characters, one line.
	Detail    string
	RequestID string
	// Remote is the key that the API made, where it makes its own.
	Remote   string
	HTTP     int // status of the last answer, of the item where it has its own; 0 if none came
	Attempts int // calls that carried the record
	Took     time.Duration
	At       time.Time // when it was settled
}

// For gives each of the records the outcome o.
func (o Outcome) For(records []*Record) []Outcome {
	outcomes := make([]Outcome, len(records))
	for i, r := range records {
		outcomes[i] = o
		outcomes[i].Record = r
	}
	return outcomes
}

// AccountingError says that outcomes and records do not add up: a defect of
// usersync, and never to be taken for a success.
type AccountingError struct{ What string }

// Error says that the outcomes do not add up, and What.
func (e *AccountingError) Error() string { return "the outcomes do not add up: " + e.What }

// RemoteToCome is the Remote of a user who would be created where nothing is sent
// and the API makes the keys: there is none yet, and later records of the user need
// no look-up for it.
const RemoteToCome = "planned"

// The codes that usersync itself gives.
const (
	CodeReplayed      = "replayed"       // an earlier try had created it already
	CodeReadBack      = "read_back"      // no answer told; a read-back did
	CodeSame          = "same"           // a read that was needed showed no difference
	CodePlanned       = "planned"        // the plan's own read showed no difference, so that it holds no call
	CodeNotPlanned    = "not_planned"    // the plan holds no call, and an earlier record of the user went otherwise than planned
	CodeAdopted       = "adopted"        // not remembered, and a read showed no difference
	CodeAssumed       = "assumed"        // not remembered, and taken for what the API holds without a look
	CodeAlreadyAbsent = "already_absent" // deleted before we came
	CodeExists        = "exists"         // create met an existing user
	CodeMissing       = "missing"        // update met no user
	CodeBatchRefused  = "batch_refused"  // refused as part of a batch that was not taken apart further
	CodeWholeConflict = "whole_conflict" // the whole call met 409 without saying which user
	CodeContradiction = "contradiction"  // the API said exists and missing in turn
	CodeNotApplied    = "not_applied"    // no answer told; a read-back showed that nothing was done
	CodeUnknownRemote = "unknown_remote" // the API makes the keys, and this user's is not known
	CodeProtected     = "protected"      // on the list of those who are never touched
	CodeUnread        = "unread"         // the read that an update needs told nothing, so nothing was sent
	CodeSuperseded    = "superseded"     // a reject fed again, of whom the ledger learned something later
	CodeNoAnswer      = "no_answer"      // sent, not answered, and no read-back could tell
)
