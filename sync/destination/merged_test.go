package destination_test

import (
	"testing"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// An update that could clear what the record leaves out.
func TestMerge(t *testing.T) {
	merge := func(t *destination.Traits) {
		t.Fields = []user.Field{user.Email, user.Phone}
		t.Ops[user.Update] = destination.OpTraits{Max: 1, Replay: destination.Safe, Merge: true}
	}
	clears := func(f *fake) {
		f.clears = true
		if f.users["a"] != nil {
			f.users["a"][user.Phone] = "1"
		}
	}
	scenes := map[string]scene{
		"what the row leaves out is read and sent back": {
			held: "a=0", send: "a=1", want: "updated", calls: "update a",
		},
		"a read that shows no difference sends nothing": {
			held: "a=1", send: "a=1", want: "unchanged:same", calls: "", holds: "a=1",
		},
		"a try that was taken and not answered is no 'same'": {
			held: "a=0", send: "a=1", faults: []fault{lostAfter}, want: "updated:read_back", calls: "update a: lost after the commit",
		},
		"a user who is missing is not sent": {
			intent: user.Update, send: "a=1", want: "refused:missing",
		},
		"a read that fails leaves no doubt": {
			held: "a=0", send: "a=1", reads: []fault{error500, error500, error500, error500}, want: "updated", calls: "update a",
		},
		"a read that is denied ends the run": {
			held: "a=0", send: "a=1", reads: []fault{denied}, want: "unsettled", err: "http_403 (denied)",
		},
	}
	for name, s := range scenes {
		s.traits, s.api, s.op = merge, clears, user.Update
		scenes[name] = s
	}
	run(t, scenes)
}

// What was read survives an update that clears.
func TestMergeKeepsWhatIsNotInTheRow(t *testing.T) {
	f := scene{held: "a=0", traits: func(t *destination.Traits) {
		t.Fields = []user.Field{user.Email, user.Phone}
		t.Ops[user.Update] = destination.OpTraits{Max: 1, Replay: destination.Safe, Merge: true}
	}}.fake()
	f.clears, f.users["a"][user.Phone] = true, "1"
	batch := user.Batch{Number: 1, Op: user.Update, Records: records("a=1", user.Update)}
	if _, err := stack(f, false, new(pacer), 2).Apply(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	if held := f.users["a"]; held[user.Email] != "1" || held[user.Phone] != "1" {
		t.Errorf("the API holds %v", held)
	}
	if sent := batch.Records[0].User.Attributes; len(sent) != 1 {
		t.Errorf("the record itself now carries %d attributes", len(sent))
	}
}

// A row that has every field is not read.
func TestMergeReadsNoFullRow(t *testing.T) {
	f := scene{held: "a=0", traits: func(t *destination.Traits) {
		t.Fields = []user.Field{user.ID, user.Email, user.Password}
		t.Ops[user.Update] = destination.OpTraits{Max: 1, Replay: destination.Safe, Merge: true}
	}}.fake()
	batch := user.Batch{Number: 1, Op: user.Update, Records: records("a=1", user.Update)}
	batch.Records[0].User.Secrets = []user.SecretAttribute{{Field: user.Password, Value: user.NewSecret("x")}}
	outcomes, err := stack(f, false, new(pacer), 2).Apply(t.Context(), batch)
	if err != nil || outcomes[0].Status != user.Updated || f.reads != 0 {
		t.Errorf("%s after %d reads, %v", outcomes[0].Status, f.reads, err)
	}
}
