// Package destination is the contract between usersync and an API that holds
// users: the methods of a client, the facts about its API, the faults of a call,
// and what clients share to keep the contract.
//
// It does not know any particular API: each has a folder below this one. What
// every call needs, such as a rate limit and retries, is middleware and lives in
// package stack. Start at Destination.
package destination

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"usersync/sync/user"
)

// Destination is an API that holds users.
//
// All methods are safe for concurrent use.
type Destination interface {
	// Traits returns the facts about the API. They do not change during a run.
	Traits() Traits

	// Check reports whether the API would refuse the record, without calling it.
	// The error is a *user.InvalidError. Op is the record's intent.
	Check(*user.Record) error

	// Apply sends b in one call and returns one outcome per record, in b's
	// order. Its status is Created, Updated, Deleted, Unchanged, Accepted or
	// Refused; InDoubt for a record that the answer does not mention; Exists,
	// Missing or Busy, which middleware resolves; or Invalid, if this call needs
	// more of the record than Check could know. Only Status, Code, Detail,
	// RequestID, Remote and HTTP are set.
	//
	// An error is a *CallError: the call failed as a whole and nothing is known
	// of any record. b has at most Traits().Ops[b.Op].Max records.
	//
	// If one call is not enough, Apply calls NextCall before each further one
	// and returns its errors unchanged. A call that was answered with a success
	// counts as perhaps taken, even if a further one is refused: the outcome is then
	// that of the whole, and its Detail says what was done and what was not.
	Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error)
}

// Finder reads a user back, if the API can.
type Finder interface {
	// Find compares the API's user with the record. It compares only attributes
	// that the record has and the API returns, normalized as the API does. An
	// error is a *CallError.
	Find(context.Context, *user.Record) (Found, error)
}

// Prober is a destination that can prove its credentials (Traits.Probe).
type Prober interface {
	// Probe makes one call that changes nothing. It returns nil if the API answers and
	// does not reject the credentials. An error is a *CallError: Denied if it does
	// reject them.
	Probe(context.Context) error
}

// Lister is a destination that lists its users, where it cannot search them by our id
// (Traits.FindsByKey).
type Lister interface {
	// List reads one page of the users that the API holds, from an offset. An error is
	// a *CallError.
	List(ctx context.Context, offset int) (Page, error)
	// Fits reports whether a create of the record makes a user who looks like this one:
	// every field that the API shows is the record's, and none is missing. It makes no
	// call.
	Fits(*user.Record, Listed) bool
}

// Namer is a destination whose users may be found by more than their ids.
type Namer interface {
	// Name returns by what a look-up would find the record's user: two records with the
	// same name may be one user of the API, whatever their ids. It is empty if the id
	// or a known key finds the user. It makes no call.
	Name(*user.Record) string
}

// Names returns by what the API may find the record's user, besides its id: a key in the
// row, what a look-up would search, and names that are often unique, because the API may
// answer a create with a user who has them. It returns nil if the API makes no keys: then
// the id tells users apart.
func Names(d Destination) func(*user.Record) []string {
	if !d.Traits().OwnKeys {
		return nil
	}
	namer, _ := d.(Namer)
	return func(r *user.Record) (names []string) {
		if r.OwnRemote && r.Remote != "" {
			names = append(names, "key "+r.Remote)
		}
		if namer != nil {
			if name := namer.Name(r); name != "" {
				names = append(names, "name "+strings.ToLower(name))
			}
		}
		for _, f := range []user.Field{user.Email, user.UserName} {
			if v, ok := r.User.Value(f); ok && v.Kind == user.Text && v.Text != "" {
				names = append(names, string(f)+" "+strings.ToLower(strings.TrimSpace(v.Text)))
			}
		}
		return names
	}
}

// Page is a part of an API's list of users.
type Page struct {
	Users []Listed
	Total int // how many users there are in all; below 0 if the API does not say
	HTTP  int
}

// Listed is a user as a list shows it.
type Listed struct {
	Remote string // the key that the API made; empty if it shows none
	Held   []user.Attribute
}

// API is a destination together with its read-back.
type API interface {
	Destination
	Finder
}

// Sizer is a destination that limits its calls by more than the number of records.
type Sizer interface {
	// Fits returns how many of b's records, from the first, one call can carry:
	// at least 1. The number may go down during a run.
	Fits(user.Batch) int
}

// Found is the result of a read-back.
type Found struct {
	Presence Presence
	// Remote is the key that the API assigned, if it assigns keys.
	Remote string
	// Other is the key of a user who was found and is not the record's, such as one of
	// another id with the same name. Remote is then empty.
	Other string
	// Differs names the fields that differ, never their values.
	Differs []user.Field
	// Held is everything that the API returned about the user.
	Held []user.Attribute
	HTTP int
	// PerhapsInactive says that the user may be deactivated, which the read does not show, and
	// that an update lets the user in.
	PerhapsInactive bool
}

// Presence says whether a read-back found the user.
type Presence uint8

// The results of a read-back.
const (
	Unknown   Presence = iota // the API has no read-back for this record
	Absent                    // there is no such user
	Same                      // the user exists, and no comparable value differs
	Different                 // the user exists, and at least one value differs
	Another                   // the user exists, and is another id's; middleware says so, no client
)

// Traits are the facts about an API.
type Traits struct {
	Name string
	// Ops holds what the API can do, by kind of call: Create, Update, Delete.
	Ops map[user.Op]OpTraits
	// Batch is how many records a call carries unless a setting says otherwise; 0 leaves
	// it to the settings.
	Batch int
	// PerMinute is the documented limit of calls per minute; 0 if there is none.
	PerMinute int
	// Fields are the fields that the API takes. With AnyField it takes every name.
	Fields   []user.Field
	AnyField bool
	// Unshown are the fields that no read of the API shows. Secrets never are.
	Unshown []user.Field
	// OwnKeys says that the API assigns each user's key: updates and deletes need
	// Record.Remote, and outcomes of creates carry Remote.
	OwnKeys bool
	// Probe says that the destination is a Prober. Before the first create that must not
	// be made twice the credentials are proved: some APIs do not answer a call at all
	// that is signed wrongly, which would leave its users in doubt.
	Probe bool
	// Blind says that the API has no read-back at all; FindsByKey, that it
	// has none for a record whose Remote is not known.
	Blind, FindsByKey bool
}

// CheckSize returns a *CallError if b has more records than one call can carry.
func (t Traits) CheckSize(b user.Batch) error {
	if len(b.Records) > t.Ops[b.Op].Max {
		return &CallError{Fault: RefusedWhole, Code: "too_many", Err: errTooMany}
	}
	return nil
}

var errTooMany = errors.New("the call would carry more users than the API takes")

// CannotVerifyCreate reports whether a create that may have been taken can be
// neither repeated nor looked up: the API cannot show whether it made a user.
func (t Traits) CannotVerifyCreate() bool {
	return t.Ops[user.Create].Replay == Unsafe && (t.Blind || t.FindsByKey)
}

// OpTraits are the facts about one kind of call.
type OpTraits struct {
	// Max is the number of records that one call can carry; at least 1.
	Max int
	// Replay says whether a call that may have been taken can be made again.
	Replay Replay
	// Merge says that the call could clear what a record leaves out, so those
	// fields must be read and sent back. Max is then 1: a refused call must not
	// decide about users that the read has already settled.
	Merge bool
	// Set narrows Merge to the attributes with this prefix, such as
	// user.AttributesPrefix: the call replaces those as one set and leaves other
	// fields unchanged. A record without any of them needs no read.
	Set string
	// Open says that users may hold attributes that no record can carry, so that
	// Merge reads for a record with every field too.
	Open bool
	// As is what the server sees the call as, if that is another operation: a delete that
	// only deactivates the user is an Update.
	As user.Op
	// Keeps says of a delete that it only deactivates: the API still has the user, and a
	// create may meet it.
	Keeps bool
}

// Kind is the kind that a call for op counts as: what the server sees.
func (t Traits) Kind(op user.Op) user.Op { return cmp.Or(t.Ops[op].As, op) }

// Whole is the field under which a read-back hands over a user as the API showed it,
// for a call that must send it back (OpTraits.Open). No column can have this name.
const Whole user.Field = "(user)"

// Replay says whether a call that may have been taken can be made again.
type Replay uint8

// The kinds of replay.
const (
	// Unsafe calls are never made again: a second one would make a second user.
	// The zero value, because it is the safe assumption.
	Unsafe Replay = iota
	// Detectable calls answer Exists if an earlier one was taken.
	Detectable
	// Safe calls have the same effect whether made once or twice.
	Safe
)
