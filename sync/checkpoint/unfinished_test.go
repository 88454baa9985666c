package checkpoint

import (
	"errors"
	"strings"
	"testing"
	"time"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// The ledger learns what an unfinished run did, and nothing that is not certain.
func TestEntriesOfAnUnfinishedRun(t *testing.T) {
	unsafe := []user.Op{user.Create}
	outcome := func(op user.Op, s user.Status, code string) journal.History {
		return journal.History{Settled: []user.Settled{{Record: 1, ID: "u-1", Action: op, Status: s, Code: code}}}
	}
	sent := func(op user.Op) journal.History {
		return journal.History{Sent: []journal.Sent{{Record: 1, ID: "u-1", Op: op}}}
	}
	const nothing user.EntryState = 99
	for name, c := range map[string]struct {
		past   journal.History
		unsafe []user.Op
		want   user.EntryState
	}{
		"created":                              {outcome(user.Create, user.Created, ""), unsafe, user.Present},
		"accepted":                             {outcome(user.Create, user.Accepted, ""), nil, user.AcceptedLater},
		"deleted":                              {outcome(user.Delete, user.Deleted, ""), nil, user.Absent},
		"an update that met nobody":            {outcome(user.Update, user.Refused, user.CodeMissing), nil, user.Absent},
		"refused":                              {outcome(user.Create, user.Refused, "bad"), nil, user.Present},
		"refused before any call":              {outcome("", user.Refused, user.CodeParked), nil, nothing},
		"refused, and was pending":             {outcome(user.Create, user.Refused, "bad"), unsafe, user.Absent},
		"never got through, and was pending":   {outcome(user.Create, user.Failed, "http_500"), unsafe, user.Absent},
		"refused as one that a read found":     {outcome(user.Create, user.Refused, user.CodeExists), unsafe, user.Pending},
		"an update refused, of unsafe creates": {outcome(user.Update, user.Refused, "bad"), unsafe, user.Present},
		"an update that failed":                {outcome(user.Update, user.Failed, "http_503"), nil, user.Present},
		"a delete refused":                     {outcome(user.Delete, user.Refused, "bad"), nil, user.Present},
		"a create in doubt":                    {outcome(user.Create, user.InDoubt, user.CodeNoAnswer), nil, user.Pending},
		"an update in doubt":                   {outcome(user.Update, user.InDoubt, user.CodeNoAnswer), nil, user.Present},
		"in doubt from before, and not called": {outcome("", user.InDoubt, user.CodeNoAnswer), unsafe, user.Pending},
		"in doubt, and nothing was called":     {outcome("", user.InDoubt, user.CodeNoAnswer), nil, nothing},
		"an absence that is unproved":          {outcome(user.Delete, user.InDoubt, user.CodeUnprovedAbsent), nil, user.Present},
		"a create without an answer":           {sent(user.Create), unsafe, user.Pending},
		"an update without an answer":          {sent(user.Update), nil, user.Present},
		"a delete without an answer":           {sent(user.Delete), nil, user.Present},
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
			if len(got) != 1 || got[0].State != c.want || !got[0].Replace || got[0].ID != "u-1" {
				t.Errorf("%+v, want %v, without prints", got, c.want)
			}
			if o := c.past.Settled; len(o) > 0 && o[0].Status != user.InDoubt && got[0].IfHeld != (o[0].Status.Rejected() && c.want == user.Present) {
				t.Errorf("%+v: a refusal makes no user known", got)
			}
		})
	}
}

// A deletion that an unfinished run saw is remembered, and an absence that it could not
// prove makes no user known.
func TestDeletionsOfAnUnfinishedRun(t *testing.T) {
	for _, c := range []struct {
		status          user.Status
		code            string
		deleted, ifHeld bool
	}{
		{user.Deleted, "", true, false}, {user.Deleted, user.CodeReplayed, true, false}, {user.Deleted, user.CodeAlreadyAbsent, false, false},
		{user.InDoubt, user.CodeUnprovedAbsent, false, true}, {user.InDoubt, user.CodeNoAnswer, false, false},
	} {
		u := Unfinished{Journal: &journal.History{Settled: []user.Settled{{Record: 1, ID: "u-1", Action: user.Delete, Status: c.status, Code: c.code}}}}
		if got := append(u.settled(), u.unsettled()...); len(got) != 1 || got[0].Deleted != c.deleted || got[0].IfHeld != c.ifHeld {
			t.Errorf("%s %s: %+v", c.status, c.code, got)
		}
	}
}

// A record that led to the user of another id changes nothing but a create that is pending.
func TestUsersOfOtherIDsAreNotLearned(t *testing.T) {
	u := Unfinished{Journal: &journal.History{Settled: []user.Settled{
		{Record: 1, ID: "a", Action: user.Update, Status: user.Refused, Code: user.CodeSameUser, Remote: "r1"},
		{Record: 2, ID: "b", Action: user.Update, Status: user.Refused, Code: user.CodeSameUser, Remote: "r1"},
	}}}
	u.Journal.Header.Unsafe = []user.Op{user.Create}
	for _, e := range u.settled() {
		if !e.IfPending || e.State != user.Absent || e.Remote != "" {
			t.Errorf("%+v", e)
		}
	}
}

// A run is resumed only if nothing has changed since it began. Standard input counts as
// unchanged: only you can know.
func TestChangedSince(t *testing.T) {
	at := time.Date(2026, 11, 22, 2, 15, 0, 0, time.UTC)
	header := func() journal.Header {
		return journal.Header{ConfigSHA256: "c", MappingSHA256: "m", Mode: "upsert", Plan: &journal.Plan{SHA256: "p"}, Retry: journal.Retry{Retried: "r", Groups: []string{"g"}, SettledBy: []string{"s"}},
			Inputs: []journal.Input{{Path: "users.csv", Size: 7, Modified: at}, {Path: "-"}}}
	}
	for name, c := range map[string]struct {
		change func(*journal.Header)
		says   string
	}{
		"nothing":          {func(*journal.Header) {}, ""},
		"how fast it goes": {func(h *journal.Header) { h.Args = []string{"--rate", "1"} }, ""},
		"the settings":     {func(h *journal.Header) { h.ConfigSHA256 = "x" }, "the settings"},
		"the mode":         {func(h *journal.Header) { h.Mode = "create" }, "the settings"},
		"the mapping":      {func(h *journal.Header) { h.MappingSHA256 = "x" }, "the mapping of columns"},
		"the plan":         {func(h *journal.Header) { h.Plan = &journal.Plan{SHA256: "x"} }, "applies no plan, or a different one"},
		"no plan":          {func(h *journal.Header) { h.Plan = nil }, "applies no plan, or a different one"},
		"other groups":     {func(h *journal.Header) { h.Groups = []string{"g", "h"} }, "leaves out other rejects"},
		"all groups":       {func(h *journal.Header) { h.Groups = nil }, "leaves out other rejects"},
		"no retry":         {func(h *journal.Header) { h.Retry = journal.Retry{} }, "leaves out other rejects"},
		"a later run":      {func(h *journal.Header) { h.SettledBy = append(h.SettledBy, "t") }, "leaves out other rejects"},
		"a file's size":    {func(h *journal.Header) { h.Inputs[0].Size = 8 }, "the input has changed"},
		"a file less":      {func(h *journal.Header) { h.Inputs = h.Inputs[:1] }, "the input has changed"},
	} {
		t.Run(name, func(t *testing.T) {
			now := header()
			c.change(&now)
			got := Unfinished{Journal: &journal.History{Header: header()}}.ChangedSince(now)
			if (got == "") != (c.says == "") || !strings.Contains(got, c.says) {
				t.Errorf("%q, want %q", got, c.says)
			}
		})
	}
}

// The ledger learns once what a run did after its checkpoint, and a user whose call is not
// settled stays pending.
func TestUpdateLedger(t *testing.T) {
	s := newScene(t)
	err := s.ledger.Save(t.Context(), ledger.Checkpoint{Run: "run-1", Record: 1}, []ledger.Entry{
		{ID: "known", Remote: "k-1", State: user.Present}, {ID: "waits", State: user.Pending}, {ID: "doubted", State: user.Pending}})
	if err != nil {
		t.Fatal(err)
	}
	u := Unfinished{Run: "run-1", Journal: &journal.History{
		Settled: []user.Settled{{Record: 2, ID: "made", Remote: "m-1", Action: user.Create, Status: user.Created},
			{Record: 5, ID: "doubted", Action: user.Update, Status: user.InDoubt, Code: user.CodeNoAnswer}},
		Sent: []journal.Sent{{Record: 3, ID: "known", Op: user.Update}, {Record: 4, ID: "waits", Op: user.Update}},
	}}
	if !u.HasUncheckpointed() || (Unfinished{Journal: &journal.History{}}).HasUncheckpointed() {
		t.Error("whether there is news")
	}
	for range 2 { // a second update changes nothing
		if err := u.UpdateLedger(t.Context(), s.ledger, "run-2"); err != nil {
			t.Fatal(err)
		}
	}
	known, err := s.ledger.Lookup(t.Context(), []string{"made", "known", "waits", "doubted", "other"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		standing user.EntryState
		remote   string
	}{{user.Present, "m-1"}, {user.Present, "k-1"}, {user.Pending, ""}, {user.Pending, ""}, {user.Absent, ""}} {
		if known[i].State != want.standing || known[i].Remote != want.remote {
			t.Errorf("user %d: %+v, want %+v", i, known[i], want)
		}
	}
	u.Run, u.Journal.Header.Scope.Feed = "run-3", "hr"
	u.Journal.Settled = []user.Settled{{Record: 2, ID: "theirs", Action: user.Create, Status: user.Created}}
	if err := u.UpdateLedger(t.Context(), s.ledger, "run-2"); err != nil {
		t.Fatal(err)
	}
	for id, feed := range map[string]string{"made": "default", "theirs": "hr"} {
		if found, err := s.ledger.Admin().Show(t.Context(), id); err != nil || found.Feed != feed {
			t.Errorf("%s belongs to %q, want %q (%v)", id, found.Feed, feed, err)
		}
	}
	if err := errors.Join(u.Advance(t.Context(), s.ledger), u.UpdateLedger(t.Context(), nil, "run-2"), u.Advance(t.Context(), nil)); err != nil {
		t.Fatal(err)
	}
	if u.Journal.Checkpoint.Record != 4 || u.HasUncheckpointed() {
		t.Errorf("the ledger's checkpoint is not taken over: %+v", u.Journal)
	}
}

// If a run has created a user, and the next row of the id was on its way, the user keeps the
// key in the answer to the create, although the ledger still says that the create is pending.
// An update whose answer names no key loses none, and a user who was deleted keeps none.
func TestKeysOfUsersWithTwoRecords(t *testing.T) {
	s := newScene(t)
	err := s.ledger.Save(t.Context(), ledger.Checkpoint{Run: "run-1"}, []ledger.Entry{
		{ID: "made", State: user.Pending}, {ID: "gone", Remote: "g-1", State: user.Present}})
	if err != nil {
		t.Fatal(err)
	}
	u := Unfinished{Run: "run-1", Journal: &journal.History{
		Settled: []user.Settled{
			{Record: 1, ID: "made", Remote: "m-1", Action: user.Create, Status: user.Created},
			{Record: 2, ID: "both", Remote: "b-1", Action: user.Create, Status: user.Created},
			{Record: 3, ID: "both", Action: user.Update, Status: user.Updated},
			{Record: 4, ID: "gone", Action: user.Delete, Status: user.Deleted},
		},
		Sent: []journal.Sent{{Record: 5, ID: "made", Op: user.Update}, {Record: 6, ID: "gone", Op: user.Create}},
	}}
	if err := u.UpdateLedger(t.Context(), s.ledger, "run-2"); err != nil {
		t.Fatal(err)
	}
	known, err := s.ledger.Lookup(t.Context(), []string{"made", "both", "gone"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []user.LedgerEntry{{State: user.Present, Remote: "m-1"}, {State: user.Present, Remote: "b-1"}, {State: user.Pending}} {
		if known[i].State != want.State || known[i].Remote != want.Remote {
			t.Errorf("user %d: %s %q, want %s %q", i, known[i].State, known[i].Remote, want.State, want.Remote)
		}
	}
}

// The journal does not say whether all calls for a refused record were refused: the ledger trusts
// none of the user's values, and learns nothing more.
func TestRefusalsOfAnUnfinishedRun(t *testing.T) {
	s := newScene(t)
	prints := s.ledger.Fingerprinter().Fingerprints(nil, &user.User{ID: "held", Attributes: []user.Attribute{{Field: "email", Value: user.TextValue("a@b.example")}}})
	entries := []ledger.Entry{{ID: "waits", State: user.Pending}}
	for _, id := range []string{"held", "failed", "shared", "untouched"} {
		entries = append(entries, ledger.Entry{ID: id, Remote: "k-" + id, State: user.Present, Fingerprints: prints})
	}
	if err := s.ledger.Save(t.Context(), ledger.Checkpoint{Run: "run-1"}, entries); err != nil {
		t.Fatal(err)
	}
	u := Unfinished{Run: "run-1", Journal: &journal.History{Settled: []user.Settled{
		{Record: 1, ID: "held", Action: user.Update, Status: user.Refused, Code: "licence_limit"},
		{Record: 2, ID: "failed", Action: user.Update, Status: user.Failed, Code: "http_503"},
		{Record: 3, ID: "shared", Action: user.Update, Status: user.Refused, Code: user.CodeSameUser, Remote: "k-held"},
		{Record: 4, ID: "waits", Action: user.Update, Status: user.Refused, Code: "bad"},
		{Record: 5, ID: "stranger", Action: user.Update, Status: user.Refused, Code: "bad", Remote: "k-stranger"},
		{Record: 6, ID: "untouched", Status: user.Refused, Code: user.CodeParked},
	}}}
	if err := u.UpdateLedger(t.Context(), s.ledger, "run-2"); err != nil {
		t.Fatal(err)
	}
	known, err := s.ledger.Lookup(t.Context(), []string{"held", "failed", "shared", "waits", "stranger", "untouched"})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []user.LedgerEntry{
		{State: user.Present, Remote: "k-held"}, {State: user.Present, Remote: "k-failed"}, {State: user.Present, Remote: "k-shared"},
		{State: user.Pending}, {State: user.Absent}, {State: user.Present, Remote: "k-untouched", Fingerprints: prints},
	} {
		got := known[i]
		if got.State != want.State || got.Remote != want.Remote || len(got.Fingerprints.Fields) != len(want.Fingerprints.Fields) {
			t.Errorf("user %d: %+v, want %+v", i, got, want)
		}
	}
}

// A user who got the id of a record from the run stays known if the create of the record was
// refused, because it has led to that user. One who is not there after all is not.
func TestRenamedUsersOfAnUnfinishedRun(t *testing.T) {
	refused := user.Settled{Record: 2, ID: "new", Action: user.Create, Status: user.Refused, Code: user.CodeExists, HTTP: 409, Remote: "k-1"}
	unread, keyless, gone := refused, refused, refused
	unread.HTTP, keyless.Remote = 500, ""
	gone.Action, gone.Code = user.Update, user.CodeMissing
	for name, c := range map[string]struct {
		outcome user.Settled
		want    user.EntryState
	}{
		"refused": {refused, user.Present}, "a read shows it": {unread, user.Present}, "without its key": {keyless, user.Present},
		"it is missing": {gone, user.Absent},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			err := s.ledger.Save(t.Context(), ledger.Checkpoint{Run: "run-1", Record: 1}, []ledger.Entry{{ID: "old", Remote: "k-1", State: user.Present}})
			if err == nil {
				err = s.ledger.Runs().Rename(t.Context(), "run-1", 2, ledger.Renaming{Old: "old", New: "new"})
			}
			if err != nil {
				t.Fatal(err)
			}
			u := Unfinished{Run: "run-1", Journal: &journal.History{Settled: []user.Settled{c.outcome}}}
			u.Journal.Header.Unsafe, u.Journal.Checkpoint.Record = []user.Op{user.Create}, 1
			if err := u.UpdateLedger(t.Context(), s.ledger, "run-2"); err != nil {
				t.Fatal(err)
			}
			known, err := s.ledger.Lookup(t.Context(), []string{"old", "new"})
			if err != nil || known[0].State != user.Absent || known[1].State != c.want || c.want == user.Present && known[1].Remote != "k-1" {
				t.Errorf("%+v, %v", known, err)
			}
		})
	}
}
