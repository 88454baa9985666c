package stack_test

import (
	"slices"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

// A record that may have been sent before and gets "exists" is read back.
func TestExistsAfterADoubt(t *testing.T) {
	run(t, map[string]scene{
		"same data": {
			replay: destination.Detectable, held: "a=1", send: "?a=1", want: "created:replayed",
		},
		"same data, in create": {
			replay: destination.Detectable, intent: user.Create, held: "a=1", send: "?a=1", want: "created:replayed",
		},
		"other data: in upsert an update": {
			replay: destination.Detectable, held: "a=0", send: "?a=1", want: "updated", holds: "a=1", calls: "create a, update a",
		},
		"other data: in create refused": {
			replay: destination.Detectable, intent: user.Create, held: "a=0", send: "?a=1", want: "refused:exists", holds: "a=0",
		},
		"no read-back: in doubt": {
			replay: destination.Detectable, blind: true, held: "a=1", send: "?a=1", want: "in_doubt:no_answer", calls: "create a",
		},
		"gone meanwhile: created": {
			replay: destination.Detectable, send: "?a=1", want: "created", holds: "a=1",
		},
		"not perhaps sent: no read-back": {
			replay: destination.Detectable, held: "a=1 b=2", send: "a=2 ?b=2", want: "updated created:replayed", calls: "create a b, update a",
		},
	})
}

// A rejected retry says nothing about the attempt before it.
func TestRejectedAfterADoubt(t *testing.T) {
	run(t, map[string]scene{
		"a create that was taken": {
			replay: destination.Detectable, send: "a=1", faults: []fault{lostAfter, whole400},
			want: "created:read_back", holds: "a=1",
		},
		"a create that was not": {
			replay: destination.Detectable, send: "a=1", faults: []fault{lostBefore, whole400},
			want: "refused:http_400",
		},
		"a create, and nothing can be looked up": {
			replay: destination.Detectable, blind: true, send: "a=1", faults: []fault{lostAfter, whole400},
			want: "in_doubt:no_answer",
		},
		"an update that was taken": {
			held: "a=0", op: user.Update, send: "a=1", faults: []fault{lostAfter, whole400},
			want: "updated:read_back", holds: "a=1",
		},
		"an update that was not": {
			held: "a=0", op: user.Update, send: "a=1", faults: []fault{lostBefore, whole400},
			want: "refused:http_400", holds: "a=0",
		},
		"an update whose data is not shown": {
			held: "a=0", op: user.Update, send: "a=1", faults: []fault{lostAfter, whole400},
			api:  func(f *fake) { f.hides["a"] = true },
			want: "in_doubt:no_answer",
		},
		"a delete that was taken": {
			held: "a=0", op: user.Delete, intent: user.Delete, send: "a", faults: []fault{lostAfter, whole400},
			want: "deleted:read_back",
		},
		"a delete that was not": {
			held: "a=0", op: user.Delete, intent: user.Delete, send: "a", faults: []fault{lostBefore, whole400},
			want: "refused:http_400", holds: "a=0",
		},
		"and the run ends before it is known": {
			replay: destination.Detectable, send: "a=1", faults: []fault{lostAfter, whole400}, reads: []fault{denied},
			want: "unsettled", err: "http_403 (denied)",
		},
	})
}

// A user who was perhaps created, and is not shown in full, is updated. If that is refused, the
// create may still have been taken.
func TestUnseenCreateAndARefusedUpdate(t *testing.T) {
	hides := func(f *fake) { f.hides["a"] = true }
	run(t, map[string]scene{
		"refused": {replay: destination.Detectable, send: "a=1", faults: []fault{lostAfter, none, whole400}, api: hides,
			want: "in_doubt:no_answer", holds: "a=1", calls: "create a: lost after the commit, create a, update a: 400 for the whole call"},
		"made": {replay: destination.Detectable, send: "a=1", faults: []fault{lostAfter}, api: hides, want: "updated", holds: "a=1"},
	})
}

// The client's own codes do not decide what is read back.
func TestNoAnswerIsReadBackWhateverItsCode(t *testing.T) {
	run(t, map[string]scene{
		"unsafe": {
			send: "a=1 b=2", faults: []fault{short},
			want: "created created:read_back", calls: "create a b: an answer that mentions every second user",
		},
		"detectable": {
			replay: destination.Detectable, send: "a=1 b=2", faults: []fault{shortUndone, lostBefore, lostAfter},
			want: "created created:replayed", holds: "a=1 b=2",
		},
	})
}

// A 409 for the whole create that names no ids.
func TestWholeConflict(t *testing.T) {
	conflicts := func(f *fake) { f.conflicts = true }
	run(t, map[string]scene{
		"upsert takes every record as existing, missing ones are created alone": {
			replay: destination.Detectable, api: conflicts, held: "a=0", send: "a=1 b=2 c=3",
			want: "updated created created", holds: "a=1 b=2 c=3",
		},
		"create reads each back": {
			replay: destination.Detectable, api: conflicts, intent: user.Create, held: "a=0 b=2", send: "a=1 b=2 c=3",
			want: "refused:exists refused:exists created", holds: "a=0 b=2 c=3", calls: "create a b c, create c",
		},
		"of one user it is that user's": {
			replay: destination.Detectable, api: conflicts, intent: user.Create, held: "a=0", send: "a=1",
			want: "refused:exists", calls: "create a",
		},
		"after a doubt": {
			replay: destination.Detectable, api: conflicts, intent: user.Create, send: "a=1 b=2", faults: []fault{lostAfter},
			want: "created:replayed created:replayed", holds: "a=1 b=2",
		},
		"it is not halved": {
			replay: destination.Detectable, held: "a=0 b=0", send: "a=1 b=2", faults: []fault{whole409},
			want: "updated updated", holds: "a=1 b=2",
		},
		"on an update it is a refusal": {
			held: "a=0", op: user.Update, send: "a=1", faults: []fault{whole409}, want: "refused:http_409",
		},
	})
}

// A user that was read back is not read again while others are resent: one of the two
// read-backs, whichever comes first, is inconclusive.
func TestEachDoubtIsReadOnce(t *testing.T) {
	for range 20 {
		f := scene{faults: []fault{whole400, error500, error500}, reads: []fault{whole400}}.fake()
		batch := user.Batch{Number: 1, Op: user.Create, Records: records("a=1 b=2", user.Create)}
		outcomes, err := around(f, false, new(pacer), 2).Apply(t.Context(), batch)
		if err != nil || f.reads != 2 || len(f.users) != 1 {
			t.Errorf("%d reads, %v, %v", f.reads, outcomes, err)
		}
	}
}

// A user who stays in doubt because cannot be found is one that a create may have made, even
// if this run made no call for them. Otherwise a ledger that holds no intent, as after a kill while
// intents were cleared, would let the next run create the user.
func TestInDoubtWithoutACallIsACreate(t *testing.T) {
	api := scene{replay: destination.Unsafe}.fake()
	batch := user.Batch{Op: user.Create, Records: records("?a=1", user.Upsert)}
	outcomes, err := options(new(pacer), 2).Wrap(api.client(true)).Apply(t.Context(), batch)
	if err != nil || outcomes[0].Status != user.InDoubt || outcomes[0].Action != user.Create || len(api.calls) > 0 {
		t.Errorf("%s %s, calls %v (%v)", outcomes[0].Status, outcomes[0].Action, api.calls, err)
	}
}

// A read that does not show whether a user is active proves no update: it may not have let the
// user in.
func TestPerhapsInactive(t *testing.T) {
	read := stack.Read
	inactive := func(f *fake) { f.inactive = true }
	merges := func(t *destination.Traits) {
		t.Ops[user.Update] = destination.OpTraits{Max: 1, Replay: destination.Safe, Merge: true, Open: true}
	}
	lost := slices.Repeat([]fault{error500Late}, 12)
	run(t, map[string]scene{
		"an update":                        {api: inactive, op: user.Update, held: "a=x", send: "a=x", faults: lost, want: "in_doubt:no_answer"},
		"one that is answered in the end":  {api: inactive, op: user.Update, held: "a=x", send: "a=x", faults: lost[:2], want: "updated"},
		"a user who is shown active":       {op: user.Update, held: "a=x", send: "a=x", faults: lost, want: "updated:read_back"},
		"a create":                         {api: inactive, replay: destination.Unsafe, send: "a=x", faults: lost[:1], want: "updated", calls: "create a: 500 after the commit, update a"},
		"a read before an update":          {api: inactive, traits: merges, op: user.Update, held: "a=x", send: "a=x", want: "updated"},
		"of a user who is shown active":    {traits: merges, op: user.Update, held: "a=x", send: "a=x", want: "unchanged:same"},
		"adopted, whoever is to be let in": {api: inactive, adopt: &read, held: "a=x", send: "a=x", want: "unchanged:adopted"},
	})
}
