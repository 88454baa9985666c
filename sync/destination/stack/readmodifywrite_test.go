package stack_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/destination"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

// An update that could clear what the record leaves out.
func TestReadModifyWrite(t *testing.T) {
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

// What was read survives an update that clears what it leaves out.
func TestReadModifyWriteKeepsOtherValues(t *testing.T) {
	f := scene{held: "a=0", traits: func(t *destination.Traits) {
		t.Fields = []user.Field{user.Email, user.Phone}
		t.Ops[user.Update] = destination.OpTraits{Max: 1, Replay: destination.Safe, Merge: true}
	}}.fake()
	f.clears, f.users["a"][user.Phone] = true, "1"
	batch := user.Batch{Number: 1, Op: user.Update, Records: records("a=1", user.Update)}
	if _, err := around(f, false, new(pacer), 2).Apply(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	if held := f.users["a"]; held[user.Email] != "1" || held[user.Phone] != "1" {
		t.Errorf("the API holds %v", held)
	}
	if sent := batch.Records[0].User.Attributes; len(sent) != 1 {
		t.Errorf("the record itself now carries %d attributes", len(sent))
	}
}

// A record that was completed for its call was perhaps taken like any other.
func TestReadModifyWriteMarksWhatWasTaken(t *testing.T) {
	for f, want := range map[fault]bool{lostAfter: true, denied: false} {
		api := scene{held: "a=0", faults: []fault{f}, traits: func(t *destination.Traits) {
			t.Fields = []user.Field{user.Email, user.Phone}
			t.Ops[user.Update] = destination.OpTraits{Max: 1, Replay: destination.Safe, Merge: true}
		}}.fake()
		batch := user.Batch{Number: 1, Op: user.Update, Records: records("a=1", user.Update)}
		_, err := around(api, false, new(pacer), 2).Apply(t.Context(), batch)
		if got := batch.Records[0].PerhapsTaken; (err == nil) != want || got != want {
			t.Errorf("%s: perhaps taken %t, want %t; %v", f, got, want, err)
		}
	}
}

// A record with every field is not read, unless users may hold attributes without a
// field.
func TestReadModifyWriteSkipsFullRecords(t *testing.T) {
	for open, reads := range map[bool]int{false: 0, true: 1} {
		sendFullRecord(t, open, reads)
	}
}

func sendFullRecord(t *testing.T, open bool, reads int) {
	f := scene{held: "a=0", traits: func(t *destination.Traits) {
		t.Fields = []user.Field{user.ID, user.Email, user.Password}
		t.Ops[user.Update] = destination.OpTraits{Max: 1, Replay: destination.Safe, Merge: true, Open: open}
	}}.fake()
	batch := user.Batch{Number: 1, Op: user.Update, Records: records("a=1", user.Update)}
	batch.Records[0].User.Secrets = []user.SecretAttribute{{Field: user.Password, Value: user.NewSecret("x")}}
	outcomes, err := around(f, false, new(pacer), 2).Apply(t.Context(), batch)
	if err != nil || outcomes[0].Status != user.Updated || f.reads != reads {
		t.Errorf("%s after %d reads, %v", outcomes[0].Status, f.reads, err)
	}
}

// A call that only replaces one set of fields: the set is read and sent
// back, but only if the record has one of its fields.
func TestReadModifyWriteOfASet(t *testing.T) {
	const grade, badge = user.AttributesPrefix + "grade", user.AttributesPrefix + "badge"
	for name, test := range map[string]struct {
		row   []user.Attribute
		held  []user.Attribute
		reads int
		sent  []user.Field
		want  user.Status
	}{
		"nothing of it": {
			row:  []user.Attribute{{Field: user.Email, Value: user.TextValue("1")}},
			held: []user.Attribute{{Field: grade, Value: user.JSONValue("7")}},
			sent: []user.Field{user.Email}, want: user.Updated,
		},
		"a part of it": {
			row:   []user.Attribute{{Field: user.Email, Value: user.TextValue("1")}, {Field: grade, Value: user.JSONValue("8")}},
			held:  []user.Attribute{{Field: grade, Value: user.JSONValue("7")}, {Field: badge, Value: user.TextValue("x")}, {Field: user.Phone, Value: user.TextValue("5")}},
			reads: 1, sent: []user.Field{user.Email, grade, badge}, want: user.Updated,
		},
		"a part of it, and every other field": {
			row:   []user.Attribute{{Field: user.Email, Value: user.TextValue("1")}, {Field: user.Phone, Value: user.TextValue("2")}, {Field: grade, Value: user.JSONValue("8")}},
			held:  []user.Attribute{{Field: badge, Value: user.TextValue("x")}},
			reads: 1, sent: []user.Field{user.Email, user.Phone, grade, badge}, want: user.Updated,
		},
		"a part of it to be cleared": {
			row:   []user.Attribute{{Field: grade, Value: user.Value{Kind: user.Clear}}},
			held:  []user.Attribute{{Field: grade, Value: user.JSONValue("7")}, {Field: badge, Value: user.TextValue("x")}},
			reads: 1, sent: []user.Field{grade, badge}, want: user.Updated,
		},
	} {
		api := &setAPI{held: test.held}
		b := user.Batch{Op: user.Update, Records: []*user.Record{{Op: user.Update, User: user.User{ID: "a", Attributes: test.row}}}}
		outcomes, err := stack.ReadModifyWrite{API: api}.Apply(t.Context(), b)
		if err != nil || outcomes[0].Status != test.want || api.reads != test.reads || !cmp.Equal(api.sent, test.sent) {
			t.Errorf("%s: %v %v after %d reads, sent %v", name, outcomes, err, api.reads, api.sent)
		}
	}
}

// setAPI returns what it holds, and records the fields that it is sent.
type setAPI struct {
	held  []user.Attribute
	reads int
	sent  []user.Field
}

func (a *setAPI) Traits() destination.Traits {
	return destination.Traits{
		Fields: []user.Field{user.Email, user.Phone},
		Ops:    map[user.Op]destination.OpTraits{user.Update: {Max: 1, Replay: destination.Safe, Merge: true, Set: user.AttributesPrefix}},
	}
}

func (a *setAPI) Check(*user.Record) error { return nil }

func (a *setAPI) Find(context.Context, *user.Record) (destination.Found, error) {
	a.reads++
	return destination.Found{Presence: destination.Different, Held: a.held}, nil
}

func (a *setAPI) Apply(_ context.Context, b user.Batch) ([]user.Outcome, error) {
	for _, at := range b.Records[0].User.Attributes {
		a.sent = append(a.sent, at.Field)
	}
	return []user.Outcome{{Status: user.Updated}}, nil
}

// Who is about to be sent is recorded after the read, and once: who was only read was not
// sent.
func TestSentIsRecordedAfterTheRead(t *testing.T) {
	s := scene{held: "same=1 other=0", replay: destination.Safe, traits: func(t *destination.Traits) {
		t.Fields = []user.Field{user.Email, user.Phone}
		t.Ops[user.Update] = destination.OpTraits{Max: 9, Replay: destination.Safe, Merge: true}
	}}
	f := s.fake()
	var recorded []string
	api := stack.ReadModifyWrite{API: readable{f}, Sent: func(b user.Batch) error {
		for _, r := range b.Records {
			recorded = append(recorded, string(b.Op)+" "+r.User.ID)
		}
		return nil
	}}
	b := user.Batch{Op: user.Update, Records: records("same=1 other=1", user.Upsert)}
	for range 2 {
		if _, err := api.Apply(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"update other"}, recorded); diff != "" {
		t.Error(diff)
	}
	if b.Records[0].SentRecorded || !b.Records[1].SentRecorded {
		t.Error("the records do not know")
	}
	// A user who turns out to be missing is created, and that is recorded too.
	b = user.Batch{Op: user.Create, Records: records("new=1", user.Upsert)}
	if _, err := api.Apply(t.Context(), b); err != nil || len(recorded) != 2 {
		t.Error(recorded, err)
	}
}
