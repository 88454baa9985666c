package stack_test

import (
	"slices"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/limited"
	"usersync/sync/destination/split"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

// What is sent again, and what is not.
func TestReplay(t *testing.T) {
	run(t, map[string]scene{
		"not taken is sent again": {
			send: "a=1 b=2", faults: []fault{busy503After, busy429},
			want: "created created", calls: "create a b: 503 with Retry-After, create a b: 429, create a b", holds: "a=1 b=2",
		},
		"only items not taken are sent again": {
			send: "a=1 b=2 c=3", faults: []fault{itemsBusy},
			want: "created created created", calls: "create a b c: every second item busy, create b",
		},
		"safe: sent again": {
			held: "a=0", op: user.Update, intent: user.Update, send: "a=1", faults: []fault{lostBefore, error500Late},
			want: "updated", holds: "a=1",
		},
		"safe: a delete that was taken and is repeated was ours": {
			held: "a=0", op: user.Delete, intent: user.Delete, send: "a", faults: []fault{lostAfter},
			want: "deleted:replayed", calls: "delete a: lost after the commit, delete a",
		},
		"detectable: sent again in one call, and only what exists is read back": {
			replay: destination.Detectable, send: "a=1 b=2", faults: []fault{lostAfter}, reads: []fault{error500},
			want: "created:replayed created:replayed", calls: "create a b: lost after the commit, create a b",
		},
		"detectable: only the unsettled are sent again": {
			replay: destination.Detectable, send: "a=1 b=2 c=3 d=4", faults: []fault{short},
			want:  "created created:replayed created created:replayed",
			calls: "create a b c d: an answer that mentions every second user, create b d",
		},
		"detectable: what was not taken is created": {
			replay: destination.Detectable, send: "a=1 b=2", faults: []fault{error500},
			want: "created created", holds: "a=1 b=2",
		},
		"unsafe: never sent again, looked up": {
			send: "a=1 b=2", faults: []fault{lostAfter},
			want: "created:read_back created:read_back", calls: "create a b: lost after the commit",
		},
		"unsafe: in doubt where nothing can be looked up": {
			blind: true, send: "a=1 b=2", faults: []fault{error500},
			want: "in_doubt:no_answer in_doubt:no_answer", calls: "create a b: 500 before the commit",
		},
		"unsafe: a 503 without Retry-After is perhaps taken": {
			blind: true, send: "a=1", faults: []fault{busy503},
			want: "in_doubt:no_answer", calls: "create a: 503",
		},
		"unsafe: a 503 with Retry-After is not taken": {
			blind: true, send: "a=1", faults: []fault{busy503After},
			want: "created", calls: "create a: 503 with Retry-After, create a",
		},
		"provably absent: goes through the stack again": {
			replay: destination.Detectable, send: "a=1 b=2", faults: []fault{shortUndone},
			want: "created created", calls: "create a b: an answer that mentions every second user, and did only those, create b",
		},
		"not there after a success that leaves users out: not sent again": {
			send: "a=1 b=2", faults: []fault{shortUndone},
			want: "created in_doubt:no_answer", calls: "create a b: an answer that mentions every second user, and did only those",
		},
		"not there, and perhaps on its way: not sent again": {
			send: "a=1 b=2", faults: []fault{lostBefore}, want: "in_doubt:no_answer in_doubt:no_answer", calls: "create a b: lost before the commit",
		},
		"a 503 that names no time is no better": {
			send: "a=1", faults: []fault{busy503}, want: "in_doubt:no_answer", calls: "create a: 503",
		},
		"not there, and the API has answered: goes through the stack again": {
			send: "a=1", faults: []fault{error500}, want: "created", calls: "create a: 500 before the commit, create a",
		},
		"an update that must not be made twice is not, though it shows no effect": {
			held: "a=0", op: user.Update, send: "a=1", faults: []fault{lostBefore}, want: "in_doubt:no_answer", holds: "a=0",
			traits: func(t *destination.Traits) { t.Ops[user.Update] = destination.OpTraits{Max: 1} },
		},
		"nor is a delete": {
			held: "a=0", op: user.Delete, intent: user.Delete, send: "a", faults: []fault{lostBefore}, want: "in_doubt:no_answer", holds: "a=0",
			traits: func(t *destination.Traits) { t.Ops[user.Delete] = destination.OpTraits{Max: 1} },
		},
		"denied ends the run": {
			send: "a=1", faults: []fault{denied}, want: "unsettled", err: "http_403 (denied)", calls: "create a: 403",
		},
		"denied after a doubt leaves it unsettled": {
			replay: destination.Detectable, send: "a=1 b=2", faults: []fault{short, denied},
			want: "created unsettled", err: "http_403 (denied)",
		},
	})
}

// Retries are used up while other calls are answered. There are no other calls here,
// so every second fault is followed by a read-back, which shows that the API is there
// and counts; so does the one after that.
func TestRetriesUsedUp(t *testing.T) {
	five := func(f fault) []fault { return slices.Repeat([]fault{f}, 5) }
	run(t, map[string]scene{
		"not taken: failed": {
			replay: destination.Detectable, send: "a=1", faults: five(busy503After), want: "failed:http_503", holds: "",
		},
		"once less: created": {
			replay: destination.Detectable, send: "a=1", faults: five(busy503After)[:4], want: "created", holds: "a=1",
		},
		"perhaps taken, and it was": {
			replay: destination.Detectable, send: "a=1", faults: append([]fault{lostAfter}, five(error500)...),
			want: "created:read_back", holds: "a=1",
		},
		"perhaps taken, and it was not": {
			replay: destination.Detectable, send: "a=1", faults: five(error500), want: "failed:http_500", holds: "",
		},
		"perhaps taken, and perhaps on its way": {
			replay: destination.Detectable, send: "a=1", faults: five(lostBefore), want: "in_doubt:no_answer", holds: "",
		},
		"the same where it may be repeated": {
			replay: destination.Safe, send: "a=1", faults: five(lostBefore), want: "in_doubt:no_answer", holds: "",
		},
		"the first attempt may be on its way, though the API has ended the others": {
			replay: destination.Detectable, send: "a=1", faults: append([]fault{lostBefore}, five(error500)...), want: "in_doubt:no_answer", holds: "",
		},
		"so it may while all others are turned away": {
			replay: destination.Detectable, send: "a=1", faults: append([]fault{lostBefore}, five(busy503After)...), want: "in_doubt:no_answer", holds: "",
		},
		"perhaps taken, then not: a doubt stays a doubt until it is looked up": {
			replay: destination.Detectable, send: "a=1", faults: append([]fault{lostAfter}, five(busy503)...),
			want: "created:read_back",
		},
		"perhaps taken, and nothing can be looked up: the API counts as down": {
			replay: destination.Detectable, blind: true, send: "a=1", faults: slices.Repeat([]fault{error500}, 1000),
			want: "unsettled", err: "gave up",
		},
		"an update perhaps taken whose data is not shown": {
			held: "a=0", op: user.Update, intent: user.Update, send: "a=1", faults: five(lostAfter),
			api:  func(f *fake) { f.hides["a"] = true },
			want: "in_doubt:no_answer", holds: "a=1",
		},
		"an update that was not taken": {
			held: "a=0", op: user.Update, intent: user.Update, send: "a=1", faults: five(error500),
			want: "failed:http_500", holds: "a=0",
		},
		"an update that may be on its way": {
			held: "a=0", op: user.Update, intent: user.Update, send: "a=1", faults: five(lostBefore),
			want: "in_doubt:no_answer", holds: "a=0",
		},
		"nor do a lock and a conflict say that it is not: it may be the cause": {
			held: "a=0", op: user.Update, intent: user.Update, send: "a=1", faults: []fault{lostBefore, whole409},
			want: "in_doubt:no_answer", holds: "a=0",
		},
		"what the API says of the data is true of each attempt": {
			held: "a=0", op: user.Update, intent: user.Update, send: "a=1", faults: []fault{lostBefore, whole422},
			want: "refused:http_422", holds: "a=0",
		},
		"a create that may be on its way, though the API says that the user exists and shows none": {
			replay: destination.Detectable, intent: user.Create, send: "a=1", faults: []fault{lostBefore, exists403},
			want: "created", holds: "a=1",
		},
		"a delete that was taken": {
			held: "a=0", op: user.Delete, intent: user.Delete, send: "a", faults: append([]fault{lostAfter}, five(lostBefore)...),
			want: "deleted:read_back",
		},
		"a delete that was not": {
			held: "a=0", op: user.Delete, intent: user.Delete, send: "a", faults: five(error500),
			want: "failed:http_500", holds: "a=0",
		},
		"a delete that may be on its way": {
			held: "a=0", op: user.Delete, intent: user.Delete, send: "a", faults: five(lostBefore),
			want: "in_doubt:no_answer", holds: "a=0",
		},
		"attempts while the API was down do not count": {
			send: "a=1 b=2", replay: destination.Detectable, faults: slices.Repeat([]fault{busy503After}, 30),
			reads: slices.Repeat([]fault{busy503}, 29), want: "created created", holds: "a=1 b=2",
		},
		"a read-back that does not get through is tried again": {
			send: "a=1", faults: []fault{lostAfter}, reads: []fault{error500, busy503, busy429},
			want: "created:read_back",
		},
		"a read-back that is refused tells nothing": {
			send: "a=1", faults: []fault{lostAfter}, reads: []fault{whole400},
			want: "in_doubt:no_answer",
		},
		"throttled calls weigh a tenth": {
			send: "a=1", faults: []fault{
				busy429, busy429, busy429, busy429, busy429, busy429, busy429, busy429, busy429,
				busy429, busy429, busy429, busy429, busy429, busy429, busy429, busy429, busy429, busy429,
			},
			want: "created",
		},
	})
}

// Each record has its own retries: one record's do not use up another's.
func TestRetriesAreEachRecordsOwn(t *testing.T) {
	batch := user.Batch{Number: 1, Op: user.Create, Records: records("a=1 b=2", user.Create)}
	batch.Records[0].RetriesUsed = 2
	f := scene{replay: destination.Detectable, faults: []fault{itemsBusy, busy503After, busy503After}}.fake()
	f.applied = func(call int, _ user.Batch) fault { return nth([]fault{busy503After, itemsBusy, busy503After}, call) }
	p := &counting{pacer: new(pacer)}
	inner := limited.Limited{Destination: readable{f}, Pacer: p, Wire: t.Context()}
	retried := stack.Retried{API: split.NewBisected(inner), Pacer: p, Retries: 2}
	outcomes, err := retried.Apply(t.Context(), batch)
	if err != nil || outcomes[0].Status != user.Failed || outcomes[1].Status != user.Created {
		t.Errorf("got %q and %q, %v", outcomes[0].Status, outcomes[1].Status, err)
	}
	if a, b := outcomes[0].Attempts, outcomes[1].Attempts; a != 1 || b != 2 {
		t.Errorf("%d and %d attempts", a, b)
	}
}

// counting is a pacer that counts other answered calls all the time.
type counting struct {
	*pacer
	others uint64
}

func (c *counting) Answered() uint64 {
	c.others++
	return c.others
}
