package stack_test

import (
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

func TestAdopted(t *testing.T) {
	read, assume := stack.Read, stack.Assume
	ownKeys := func(t *destination.Traits) { t.OwnKeys = true }
	run(t, map[string]scene{
		"who is there, who differs, who is not": {adopt: &read, held: "a=x b=y", send: "a=x b=x c=x",
			want: "unchanged:adopted updated created", holds: "a=x b=x c=x"},
		"nobody is created who is all there": {adopt: &read, held: "a=x b=y", send: "a=x b=y",
			want: "unchanged:adopted unchanged:adopted", holds: "a=x b=y"},
		"what is not shown is sent": {adopt: &read, held: "a=x", send: "a=x", api: func(f *fake) { f.hides["a"] = true },
			want: "updated"},
		"who cannot be read is not created, also where a second create would be noticed": {adopt: &read, replay: destination.Detectable,
			send: "a=x", reads: []fault{whole400}, want: "failed:unread"},
		"nobody can be read": {adopt: &read, blind: true, send: "a=x", want: "failed:unread"},
		"who cannot be read and was perhaps sent is in doubt": {adopt: &read, replay: destination.Detectable,
			send: "?a=x b=x", reads: []fault{whole400, whole400}, want: "in_doubt:no_answer failed:unread"},
		"an intent of create":        {adopt: &read, replay: destination.Detectable, intent: user.Create, held: "a=y", send: "a=x b=x", want: "refused:exists created"},
		"an update is not touched":   {adopt: &read, op: user.Update, held: "a=y", send: "a=x", want: "updated"},
		"perhaps sent, and there":    {adopt: &read, held: "a=x", send: "?a=x", want: "unchanged:adopted"},
		"assumed without a call":     {adopt: &assume, held: "b=y", send: "a=x ?b=x", want: "unchanged:assumed unchanged:assumed", holds: "b=y"},
		"assumed, and not an upsert": {adopt: &assume, intent: user.Create, send: "a=x", want: "created"},
		"assumed without its key":    {adopt: &assume, traits: ownKeys, send: "a=x", want: "invalid:unknown_remote", holds: ""},
	})
}
