// Package destination is the contract between usersync and an API that takes
// users: the methods of a client, the facts about its API, the faults of a call,
// and what clients share to keep the contract.
//
// It knows no API: each has a folder of its own below this one. What every call
// needs besides, such as a rate limit and retries, wraps a client and is in package
// stack. Start at Destination.
package destination

import (
	"context"
	"errors"

	"usersync/sync/user"
)

// Destination is an API that takes users.
//
// All methods are safe for concurrent use.
type Destination interface {
	// Traits returns the facts about the API. They do not change during a run.
	Traits() Traits

	// Check tells whether the API would refuse the record, without asking it.
	// The error is a *user.InvalidError. Op is the record's intent.
	Check(*user.Record) error

	// Apply sends b in one call and returns one outcome per record, in b's
	// order: Created, Updated, Deleted, Unchanged, Accepted, Refused, InDoubt
	// for a record that the answer does not mention, or one of the verdicts
	// Exists, Missing and Busy; and Invalid for a record of which Check could not
	// know that this call needs more than it has. Only Status, Code, Detail,
	// RequestID, Remote and HTTP are set.
	//
	// An error is a *CallError: the call failed as a whole and nothing is known
	// of any record. b has at most Traits().Ops[b.Op].Max records.
	//
	// Where one call cannot tell or do it all, each further one comes after
	// Further; its errors are returned as they are.
	Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error)
}

// Finder reads a user back, where the API has a way.
type Finder interface {
	// Find compares what the API holds with what the record carries, looking
	// only at attributes that the record has and the API echoes, normalised as
	// the API does. An error is a *CallError.
	Find(context.Context, *user.Record) (Found, error)
}

// API is a destination together with its read-back.
type API interface {
	Destination
	Finder
}

// Sizer is a destination whose calls are bounded in more than records.
type Sizer interface {
	// Fits returns how many of b's records, from the first, one call may carry;
	// at least 1. It may become fewer during a run.
	Fits(user.Batch) int
}

// Found is what a read-back saw.
type Found struct {
	Presence Presence
	// Remote is the key that the API made, where it makes its own.
	Remote string
	// Differs names the fields that differ, never their values.
	Differs []user.Field
	// Held is all that the API showed of the user.
	Held []user.Attribute
	HTTP int
}

// Presence is the verdict of a read-back.
type Presence uint8

// The verdicts of a read-back.
const (
	Unknown   Presence = iota // the API has no read-back for this record
	Absent                    // there is no such user
	Same                      // there is one, and nothing that can be compared differs
	Different                 // there is one, with other data
)

// Traits are the facts about an API.
type Traits struct {
	Name string
	// Ops holds what the API can do, by call: Create, Update, Delete.
	Ops map[user.Op]OpTraits
	// PerMinute is the documented number of calls a minute; 0 if none is.
	PerMinute int
	// Fields are those that the API can take; with AnyField every name is.
	Fields   []user.Field
	AnyField bool
	// OwnKeys says that the API makes the key of a user itself, so that updates
	// and deletes need Record.Remote, and outcomes of creates carry Remote.
	OwnKeys bool
	// Blind says that the API has no read-back for any record, and FindsByKey that
	// it has none for one whose Remote is not known.
	Blind, FindsByKey bool
}

// Overfull returns a *CallError if a call with all of b is more than the API takes.
func (t Traits) Overfull(b user.Batch) error {
	if len(b.Records) > t.Ops[b.Op].Max {
		return &CallError{Fault: RefusedWhole, Code: "too_many", Err: errTooMany}
	}
	return nil
}

var errTooMany = errors.New("the call would carry more users than the API takes")

// Unshown tells that nobody can find out from the API whether a create that was
// perhaps taken made a user: it must not be made again, and is not looked up.
func (t Traits) Unshown() bool {
	return t.Ops[user.Create].Replay == Unsafe && (t.Blind || t.FindsByKey)
}

// OpTraits are the facts about one kind of call.
type OpTraits struct {
	// Max is the number of records that one call takes; at least 1.
	Max int
	// Replay says whether a call that was perhaps taken may be made again.
	Replay Replay
	// Merge says that what a record leaves out must be read and sent back,
	// because the call could clear it. Max is 1 then: a call that is refused
	// must not speak for users whom the read had settled.
	Merge bool
	// Set narrows Merge to the open fields with this prefix, such as
	// user.AttributesPrefix: the call replaces those as one set and leaves alone
	// whatever else is left out. A record that has none of them needs no read.
	Set string
	// Open says that users may hold attributes that no record can carry, so that
	// Merge reads for a record with every field too.
	Open bool
}

// Whole is the field under which a read-back hands over a user as the API showed it,
// for a call that must send it back (OpTraits.Open). No column can have this name.
const Whole user.Field = "(user)"

// Replay says whether a call that was perhaps taken may be made again.
type Replay uint8

// The kinds of replay.
const (
	// Unsafe calls are never made again: a second one would make a second user.
	// The useful zero value.
	Unsafe Replay = iota
	// Detectable calls answer Exists when an earlier one was taken.
	Detectable
	// Safe calls have the same effect made once or twice.
	Safe
)
