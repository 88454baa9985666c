package checkpoint

import (
	"testing"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// What a run left behind is told to the ledger as surely as it is known, and no
// surer.
func TestLearnedOfAnEarlierRun(t *testing.T) {
	unsafe := []user.Op{user.Create}
	outcome := func(op user.Op, s user.Status, code string) journal.Past {
		return journal.Past{Settled: []user.Settled{{Record: 1, ID: "u-1", Action: op, Status: s, Code: code}}}
	}
	sent := func(op user.Op) journal.Past {
		return journal.Past{Sent: []journal.Sent{{Record: 1, ID: "u-1", Op: op}}}
	}
	const nothing user.Standing = 99
	for name, c := range map[string]struct {
		past   journal.Past
		unsafe []user.Op
		want   user.Standing
	}{
		"created":                              {outcome(user.Create, user.Created, ""), unsafe, user.Held},
		"accepted":                             {outcome(user.Create, user.Accepted, ""), nil, user.Taken},
		"deleted":                              {outcome(user.Delete, user.Deleted, ""), nil, user.Absent},
		"an update that met nobody":            {outcome(user.Update, user.Refused, user.CodeMissing), nil, user.Absent},
		"refused":                              {outcome(user.Create, user.Refused, "bad"), nil, nothing},
		"refused, and was pending":             {outcome(user.Create, user.Refused, "bad"), unsafe, user.Absent},
		"never got through, and was pending":   {outcome(user.Create, user.Failed, "http_500"), unsafe, user.Absent},
		"an update refused, of unsafe creates": {outcome(user.Update, user.Refused, "bad"), unsafe, nothing},
		"a create in doubt":                    {outcome(user.Create, user.InDoubt, user.CodeNoAnswer), nil, user.Pending},
		"an update in doubt":                   {outcome(user.Update, user.InDoubt, user.CodeNoAnswer), nil, user.Held},
		"in doubt from before, and not called": {outcome("", user.InDoubt, user.CodeNoAnswer), unsafe, user.Pending},
		"in doubt, and nothing was called":     {outcome("", user.InDoubt, user.CodeNoAnswer), nil, nothing},
		"a create without an answer":           {sent(user.Create), unsafe, user.Pending},
		"an update without an answer":          {sent(user.Update), nil, user.Held},
		"a delete without an answer":           {sent(user.Delete), nil, user.Held},
	} {
		t.Run(name, func(t *testing.T) {
			c.past.Header.Unsafe = c.unsafe
			u := Unfinished{Journal: &c.past}
			got := append(u.settled(), u.unsettled()...)
			if c.want == nothing {
				if len(got) > 0 {
					t.Errorf("%+v, want nothing", got)
				}
				return
			}
			if len(got) != 1 || got[0].Standing != c.want || !got[0].Anew || got[0].ID != "u-1" {
				t.Errorf("%+v, want %v, without prints", got, c.want)
			}
		})
	}
}

// Of a run of another feed only those are learned whom the ledger knows.
func TestOnlyTheKnown(t *testing.T) {
	got := onlyKnown([]ledger.Entry{{ID: "a"}, {ID: "b"}, {ID: "c"}}, []user.Known{{}, {Standing: user.Pending}, {Standing: user.Held}})
	if len(got) != 2 || got[0].ID != "b" || got[1].ID != "c" {
		t.Errorf("%+v", got)
	}
}
