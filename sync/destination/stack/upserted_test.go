package stack_test

import (
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// What each mode does if the API says exists or missing.
func TestModes(t *testing.T) {
	run(t, map[string]scene{
		"upsert, exists: updated":   {replay: destination.Detectable, held: "a=0", send: "a=1 b=2", want: "updated created", holds: "a=1 b=2"},
		"upsert, missing: created":  {replay: destination.Detectable, op: user.Update, send: "a=1", want: "created", calls: "update a, create a"},
		"create, exists: refused":   {replay: destination.Detectable, intent: user.Create, held: "a=0", send: "a=1", want: "refused:exists", holds: "a=0"},
		"update, missing: refused":  {op: user.Update, intent: user.Update, send: "a=1", want: "refused:missing", calls: "update a"},
		"delete, missing: in doubt": {op: user.Delete, intent: user.Delete, send: "a", want: "in_doubt:unproved_absent"},
		"upsert without an update":  {replay: destination.Detectable, traits: onlyCreate, held: "a=0", send: "a=1", want: "refused:exists", calls: "create a"},
		"exists and missing in turn": {
			replay: destination.Detectable, send: "a=1", faults: []fault{whole409, none, whole409, none},
			want: "failed:contradiction", calls: "create a: 409 for the whole call, update a, create a: 409 for the whole call, update a",
		},
	})
}

// Before a create that cannot be repeated, a read must confirm that the user is missing.
func TestMissingIsReadBeforeAnUnsafeCreate(t *testing.T) {
	run(t, map[string]scene{
		"there after all": {
			replay: destination.Unsafe, op: user.Update, held: "a=0 b=0", send: "a=1 b=1", faults: []fault{forgets},
			want: "failed:contradiction failed:contradiction", calls: "update a b: 404 for each user", holds: "a=0 b=0",
		},
		"gone":                      {replay: destination.Unsafe, op: user.Update, send: "a=1", want: "created", calls: "update a, create a"},
		"gone, and nobody can read": {replay: destination.Unsafe, blind: true, op: user.Update, send: "a=1", want: "created", calls: "update a, create a"},
		"not to be read now":        {replay: destination.Unsafe, op: user.Update, send: "a=1", reads: []fault{whole400}, want: "failed:unread", calls: "update a"},
	})
}

func onlyCreate(t *destination.Traits) { delete(t.Ops, user.Update) }

// An update call for several users whose answers need different follow-up calls.
func TestFollowUpsOfOneCallGoTheirOwnWays(t *testing.T) {
	ten := func(t *destination.Traits) {
		t.Ops[user.Update] = destination.OpTraits{Max: 10, Replay: destination.Safe}
	}
	run(t, map[string]scene{
		"updates together, creates alone": {
			replay: destination.Detectable, traits: ten, op: user.Update, held: "a=0 d=0", send: "a=1 b=2 c=3 d=4",
			want: "updated created created updated", holds: "a=1 b=2 c=3 d=4",
		},
		"existing ones are updated in full calls": {
			replay: destination.Detectable, traits: ten, held: many(25), send: many(25),
			want: updated25, holds: trimmed(many(25)),
		},
	})
}

var updated25 = trimmed(strings.Repeat("updated ", 25))

func trimmed(s string) string { return strings.TrimSpace(s) }
