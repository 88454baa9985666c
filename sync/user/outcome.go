package user

import (
	"net/http"
	"time"
)

// Status is what happened to a record.
type Status string

// The statuses written to results, each with a different next step.
const (
	Created   Status = "created"
	Updated   Status = "updated"
	Deleted   Status = "deleted"
	Unchanged Status = "unchanged" // the destination has it already
	Accepted  Status = "accepted"  // taken for later; the API promises no more
	Invalid   Status = "invalid"   // usersync does not send it
	Refused   Status = "refused"   // the API does not take it
	Failed    Status = "failed"    // it never got through; safe to run again
	InDoubt   Status = "in_doubt"  // sent, and the outcome is unknown
)

// Statuses lists the statuses written to results, in the order of reports.
var Statuses = [...]Status{Created, Updated, Deleted, Unchanged, Accepted, Invalid, Refused, Failed, InDoubt}

// The statuses that never reach results: those that clients and middleware exchange, and that
// of records that are not this process's.
const (
	Unsettled Status = ""           // nothing was sent, or nothing is known yet
	Exists    Status = "_exists"    // a create found a user with this key
	Conflict  Status = "_conflict"  // a create did not succeed, perhaps because the user exists
	Missing   Status = "_missing"   // an update or delete found no user with this key
	Busy      Status = "_busy"      // not taken; may be sent again
	Elsewhere Status = "_elsewhere" // another shard of the run settles the record
)

// Final reports whether s may be written to results.
func (s Status) Final() bool { return s != Unsettled && s[0] != '_' }

// Rejected reports whether a record with this status goes to rejects.
func (s Status) Rejected() bool {
	return s == Invalid || s == Refused || s == Failed || s == InDoubt
}

// Outcome is what happened to one record.
type Outcome struct {
	Record *Record
	Status Status
	// Action is the last call made for the record; empty if none was.
	Action Op
	// Code is a short word for the reason: one of the Code constants, or the
	// API's own. Empty when there is nothing to add.
	Code string
	// Detail is for a person: one line of at most 200 characters, without values.
	Detail    string
	RequestID string
	// Remote is the key that the API assigned, where it assigns keys.
	Remote   string
	HTTP     int // status of the record's last answer, or of its item in it; 0 if none came
	Attempts int // calls that carried the record
	Took     time.Duration
	At       time.Time // when it was settled
	// Remembered says of an absent user that their deletion is remembered: it is no
	// wonder that they are absent.
	Remembered bool
}

// For returns o once for each of the records.
func (o Outcome) For(records []*Record) []Outcome {
	outcomes := make([]Outcome, len(records))
	for i, r := range records {
		outcomes[i] = o
		outcomes[i].Record = r
	}
	return outcomes
}

// OnlyReadShows reports whether a record with this code and status was refused because a read has
// found its user: the API itself has not said so, and may make a second one if it is asked to.
// A 4xx is the API's word, unless it is one that says nothing of the user.
func OnlyReadShows(code string, status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return code == CodeExists
	}
	return code == CodeExists && status/100 != 4
}

// AccountingError says that outcomes and records do not add up. It is a bug in
// usersync, and the run is never a success.
type AccountingError struct{ What string }

// Error says that the outcomes do not add up, and What.
func (e *AccountingError) Error() string { return "the outcomes do not add up: " + e.What }

// SameUserDetail says what to do about a record with CodeSameUser.
const SameUserDetail = "another id has this user of the API: `usersync ledger show --remote KEY` names it; if it was renamed, run usersync ledger rename OLD NEW"

// ReusedKeyDetail says what to do about a record in doubt with CodeSameUser.
const ReusedKeyDetail = "the API made it under a key that another id has (`usersync ledger show --remote KEY`): if that user was deleted, run usersync ledger rename OLD NEW; if not, usersync ledger resolve ID --absent"

// RemoteToCome is the Remote of a user that would be created if anything were sent,
// at an API that assigns keys: the key does not exist yet, and later records of the
// user need no look-up for it.
const RemoteToCome = "planned"

// The codes that usersync itself assigns.
const (
	CodeReplayed      = "replayed"       // an earlier attempt had already created it
	CodeReadBack      = "read_back"      // the answer did not say, but a read-back did
	CodeSame          = "same"           // a read that was needed showed no difference
	CodePlanned       = "planned"        // the plan's own read showed no difference, so it holds no call
	CodeNotPlanned    = "not_planned"    // the plan holds no call, and an earlier record of the user did not go as planned
	CodeAdopted       = "adopted"        // not in the ledger, and a read showed no difference
	CodeAssumed       = "assumed"        // not in the ledger, and assumed to match the API without a read
	CodeAlreadyAbsent = "already_absent" // there was nothing to delete
	CodeExists        = "exists"         // a create found an existing user
	CodeMissing       = "missing"        // an update found no user
	CodeBatchRefused  = "batch_refused"  // refused as part of a batch that was not split further
	CodeWholeConflict = "whole_conflict" // the whole call got a 409 that names no user
	CodeContradiction = "contradiction"  // the API's answers contradict each other
	CodeContradicted  = "contradicted"   // a read-back showed other data than the API had taken
	CodeNotApplied    = "not_applied"    // the answer did not say, and a read-back showed that nothing was done
	CodeUnknownRemote = "unknown_remote" // the API assigns keys, and this user's is not known
	CodeProtected     = "protected"      // on the list of users that are never touched
	CodeUnread        = "unread"         // the read that an update needs gave no result, so nothing was sent
	CodeSuperseded    = "superseded"     // a reject that is older than what the ledger knows of the user
	CodeRenamed       = "renamed"        // the ledger had the user under another id, which is not in the input
	CodeSameUser      = "same_user"      // it leads to the API's user of another id
	CodeLookalike     = "lookalike"      // missing from the input, which has a new id that looks like this one
	CodeRepeatedID    = "repeated_id"    // an earlier record of the input has the id, and was applied
	CodeParked        = "parked"         // not sent: the API has refused the same row in several finished runs
	CodeNoAnswer      = "no_answer"      // sent, not answered, and no read-back could tell
	// CodeUnprovedAbsent is of a delete that found no user, where nothing proves that the
	// address is right.
	CodeUnprovedAbsent = "unproved_absent"
	CodeNotReactivated = "not_reactivated" // a user who returns was not let in again
	CodeNotDeleted     = "not_deleted"     // a delete found no user, and a read showed the user
)
