package ledger

import (
	"testing"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// After an outcome, the old value counts as unchanged only if the destination certainly
// holds it.
func TestAfterAnOutcome(t *testing.T) {
	p := fingerprint.NewFingerprinter(fingerprint.NewKey())
	record := func(email string) *user.Record {
		u := user.User{ID: "u-1"}
		u.Attributes = append(u.Attributes, user.Attribute{Field: "email", Value: user.Value{Text: email}})
		return &user.Record{Op: user.Upsert, User: u, Origin: user.Origin{Record: 7}}
	}
	old, fresh := record("old@example.com"), record("new@example.com")
	for name, c := range map[string]struct {
		outcome  user.Outcome
		state    user.EntryState
		old, new bool // count as unchanged
	}{
		"created":          {user.Outcome{Status: user.Created, Action: user.Create}, user.Present, false, true},
		"updated":          {user.Outcome{Status: user.Updated, Action: user.Update}, user.Present, false, true},
		"read as the same": {user.Outcome{Status: user.Unchanged, Code: user.CodeSame}, user.Present, false, true},
		"failed":           {user.Outcome{Status: user.Failed, Action: user.Update}, user.Present, true, false},
		"refused":          {user.Outcome{Status: user.Refused, Action: user.Update}, user.Present, true, false},
		"missing":          {user.Outcome{Status: user.Refused, Code: user.CodeMissing, Action: user.Update}, user.Absent, false, false},
		"deleted":          {user.Outcome{Status: user.Deleted, Action: user.Delete}, user.Absent, false, false},
		"update in doubt":  {user.Outcome{Status: user.InDoubt, Action: user.Update}, user.Present, false, false},
		"create in doubt":  {user.Outcome{Status: user.InDoubt, Action: user.Create}, user.Pending, false, false},
		"delete in doubt":  {user.Outcome{Status: user.InDoubt, Action: user.Delete}, user.Present, false, false},
		"unproved absence": {user.Outcome{Status: user.InDoubt, Code: user.CodeUnprovedAbsent}, user.Present, false, false},
		"not deleted":      {user.Outcome{Status: user.Failed, Action: user.Delete, Code: user.CodeNotDeleted}, user.Present, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			known := user.LedgerEntry{State: user.Present, Fingerprints: p.Fingerprints(nil, &old.User)}
			c.outcome.Record = fresh
			if e, changes := EntryOf(&c.outcome, p, nil); changes {
				known = e.ApplyTo(known)
			}
			if known.State != c.state {
				t.Errorf("state %d, want %d", known.State, c.state)
			}
			if got := fingerprint.Same(known.Fingerprints, p.Fingerprints(nil, &old.User)); got != c.old {
				t.Errorf("the old value is the same: %t", got)
			}
			if got := fingerprint.Same(known.Fingerprints, p.Fingerprints(nil, &fresh.User)); got != c.new {
				t.Errorf("the new value is the same: %t", got)
			}
		})
	}
}

// Once a call for a record may have taken effect, a refusal does not bring back what was known
// before it. A user who was not held is not held then either, and one who was perhaps created
// stays so.
func TestRefusedAfterACallTookEffect(t *testing.T) {
	p := fingerprint.NewFingerprinter(fingerprint.NewKey())
	fields := func(email, phone, password string) user.User {
		return user.User{ID: "u-1", Secrets: []user.SecretAttribute{{Field: user.Password, Value: user.NewSecret(password)}},
			Attributes: []user.Attribute{{Field: "email", Value: user.TextValue(email)}, {Field: "phone", Value: user.TextValue(phone)}}}
	}
	old, part := fields("old@example.com", "1", "x"), fields("new@example.com", "1", "y")
	part.Attributes = part.Attributes[:1]
	email, phone := user.User{ID: "u-1", Attributes: old.Attributes[:1]}, user.User{ID: "u-1", Attributes: old.Attributes[1:]}
	secret := user.User{ID: "u-1", Secrets: old.Secrets}
	for name, c := range map[string]struct {
		status  user.Status
		action  user.Op
		code    string
		sending user.Sending
		planned user.Op
		before  user.EntryState
		want    user.EntryState
		holds   string // of e-mail, phone and secret, what still counts as unchanged
	}{
		"an update was made":             {status: user.Refused, action: user.Update, before: user.Present, want: user.Present, holds: "p", sending: user.Sending{PerhapsTaken: true}},
		"it failed in the end":           {status: user.Failed, action: user.Update, before: user.Present, want: user.Present, holds: "p", sending: user.Sending{PerhapsTaken: true}},
		"no call was made":               {status: user.Refused, action: user.Update, before: user.Present, want: user.Present, holds: "eps"},
		"it led to another id's user":    {status: user.Refused, action: user.Update, code: user.CodeSameUser, before: user.Present, want: user.Present, holds: "p", sending: user.Sending{PerhapsTaken: true}},
		"a delete was made":              {status: user.Refused, action: user.Delete, before: user.Present, want: user.Present, sending: user.Sending{PerhapsTaken: true}},
		"an update found no one":         {status: user.Refused, action: user.Create, before: user.Present, want: user.Absent},
		"and no create got through":      {status: user.Failed, action: user.Create, before: user.Present, want: user.Absent},
		"perhaps no one, and no read":    {status: user.Failed, action: user.Update, code: user.CodeUnread, before: user.Present, want: user.Present, holds: "p"},
		"no one, and a read of someone":  {status: user.Failed, action: user.Update, code: user.CodeContradiction, before: user.Present, want: user.Present, holds: "p"},
		"no one, and then another's":     {status: user.Refused, action: user.Create, code: user.CodeSameUser, before: user.Present, want: user.Absent},
		"a plan holds the create":        {status: user.Refused, action: user.Create, planned: user.Create, before: user.Present, want: user.Present, holds: "eps"},
		"an update of someone else's":    {status: user.Refused, action: user.Update, before: user.Absent, want: user.Absent, sending: user.Sending{PerhapsTaken: true}},
		"of a user perhaps created":      {status: user.Refused, action: user.Update, before: user.Pending, want: user.Pending, holds: "eps", sending: user.Sending{PerhapsTaken: true, PerhapsCreated: true}},
		"a create of one":                {status: user.Refused, action: user.Create, before: user.Pending, want: user.Pending, holds: "eps", sending: user.Sending{PerhapsTaken: true, PerhapsCreated: true}},
		"a create of one, with intent":   {status: user.Refused, action: user.Create, before: user.Pending, want: user.Absent, sending: user.Sending{PerhapsTaken: true, PerhapsCreated: true, IntentRecorded: true}},
		"an update after an intent":      {status: user.Refused, action: user.Update, before: user.Pending, want: user.Present, holds: "eps", sending: user.Sending{PerhapsTaken: true, IntentRecorded: true}},
		"missing after an update's call": {status: user.Refused, action: user.Update, code: user.CodeMissing, before: user.Present, want: user.Absent, sending: user.Sending{PerhapsTaken: true}},
	} {
		t.Run(name, func(t *testing.T) {
			r := &user.Record{Op: user.Upsert, User: part, Origin: user.Origin{Record: 7}, Planned: c.planned, Sending: c.sending}
			known := user.LedgerEntry{State: c.before, Remote: "k-1"}
			if c.before != user.Absent {
				known.Fingerprints = p.Fingerprints(nil, &old)
			}
			if e, changes := EntryOf(&user.Outcome{Record: r, Status: c.status, Action: c.action, Code: c.code, Remote: "k-1"}, p, nil); changes {
				known = e.ApplyTo(known)
			}
			holds := ""
			for _, f := range []struct {
				name string
				user user.User
			}{{"e", email}, {"p", phone}, {"s", secret}} {
				if known.State != user.Absent && fingerprint.Same(known.Fingerprints, p.Fingerprints(nil, &f.user)) {
					holds += f.name
				}
			}
			if known.State != c.want || holds != c.holds || c.want != user.Absent && known.Remote != "k-1" {
				t.Errorf("%+v holds %q, want %s with %q", known, holds, c.want, c.holds)
			}
		})
	}
}

// A create that must not be repeated was refused. The user is no longer pending, unless only a read
// has found it: the API may make a second one.
func TestRefusedAfterTheIntent(t *testing.T) {
	p := fingerprint.NewFingerprinter(fingerprint.NewKey())
	for _, c := range []struct {
		code string
		http int
		want user.EntryState
	}{{"bad", 400, user.Absent}, {user.CodeExists, 409, user.Absent}, {user.CodeExists, 500, user.Pending}, {user.CodeExists, 0, user.Pending},
		{user.CodeExists, 408, user.Pending}, {user.CodeExists, 429, user.Pending}} {
		r := &user.Record{User: user.User{ID: "u-1"}, Sending: user.Sending{IntentRecorded: true}}
		e, changes := EntryOf(&user.Outcome{Record: r, Status: user.Refused, Code: c.code, HTTP: c.http, Action: user.Create, Remote: "r1"}, p, nil)
		if !changes || e.State != c.want || e.Remote != "r1" {
			t.Errorf("%+v: %+v, %t", c, e, changes)
		}
	}
}

// An outcome that leads to another id's user names that id's key. The user of its own id keeps theirs:
// with the other one the next call would change the wrong user.
func TestKeyOfAnotherIDIsNotLearned(t *testing.T) {
	p := fingerprint.NewFingerprinter(fingerprint.NewKey())
	email := []user.Attribute{{Field: "email", Value: user.TextValue("a@b.example")}}
	for name, c := range map[string]struct {
		action  user.Op
		remote  string // of the record
		own     bool   // the row has it
		certain bool   // nothing was changed
	}{
		"an update was answered with it":   {action: user.Update, remote: "k-1"},
		"and the row has the right key":    {action: user.Update, remote: "k-1", own: true},
		"a read found it":                  {remote: "k-1"},
		"a delete led to it":               {action: user.Delete, remote: "k-1"},
		"the row names it":                 {action: user.Update, remote: "k-2", own: true, certain: true},
		"the row that deletes it names it": {action: user.Delete, remote: "k-2", own: true, certain: true},
	} {
		t.Run(name, func(t *testing.T) {
			u := user.User{ID: "u-1", Attributes: email}
			known := user.LedgerEntry{State: user.Present, Remote: "k-1", Fingerprints: p.Fingerprints(nil, &u)}
			r := &user.Record{User: u, OwnRemote: c.own, Sending: user.Sending{PerhapsTaken: true}}
			r.Remote = c.remote
			if e, changes := EntryOf(&user.Outcome{Record: r, Status: user.Refused, Action: c.action, Code: user.CodeSameUser, Remote: "k-2"}, p, nil); changes {
				known = e.ApplyTo(known)
			}
			if known.State != user.Present || known.Remote != "k-1" || (len(known.Fingerprints.Fields) > 0) != c.certain {
				t.Errorf("%+v", known)
			}
		})
	}
}

// A create that led to the user of an id that is missing from the input has given that user the
// new id. If it is then refused, the user is still held.
func TestRefusedCreateOfARenamedUser(t *testing.T) {
	p := fingerprint.NewFingerprinter(fingerprint.NewKey())
	for name, c := range map[string]struct {
		sending user.Sending
		http    int
	}{
		"refused":             {user.Sending{}, 409},
		"in a continued run":  {user.Sending{PerhapsTaken: true}, 409},
		"after an intent":     {user.Sending{IntentRecorded: true}, 409},
		"and a read shows it": {user.Sending{IntentRecorded: true}, 500},
	} {
		r := &user.Record{User: user.User{ID: "u-1"}, Op: user.Upsert, Renamed: true, Remote: "k-1", Sending: c.sending}
		o := user.Outcome{Record: r, Status: user.Refused, Action: user.Create, Code: user.CodeExists, HTTP: c.http, Remote: "k-1"}
		known := user.LedgerEntry{State: user.Present, Remote: "k-1"}
		if e, changes := EntryOf(&o, p, nil); changes {
			known = e.ApplyTo(known)
		}
		if known.State != user.Present || known.Remote != "k-1" {
			t.Errorf("%s: %+v", name, known)
		}
	}
}

// A refused create changes nothing of which the ledger knew nothing: most refusals write no entry.
func TestRefusedCreateWithoutAnEntry(t *testing.T) {
	p := fingerprint.NewFingerprinter(fingerprint.NewKey())
	for name, c := range map[string]struct {
		sending user.Sending
		want    bool
	}{
		"no entry": {user.Sending{NoEntry: true}, false},
		"perhaps":  {user.Sending{}, true},
		"intent":   {user.Sending{NoEntry: true, IntentRecorded: true}, true},
	} {
		r := &user.Record{User: user.User{ID: "u-1"}, Op: user.Upsert, Sending: c.sending}
		e, changes := EntryOf(&user.Outcome{Record: r, Status: user.Refused, Action: user.Create, Code: "bad"}, p, nil)
		if changes != c.want || changes && e.State != user.Absent {
			t.Errorf("%s: %+v, %t", name, e, changes)
		}
	}
}

// A row that was refused before any call leaves a pending user pending, in a continued run too.
func TestRefusedBeforeACallStaysPending(t *testing.T) {
	p := fingerprint.NewFingerprinter(fingerprint.NewKey())
	r := &user.Record{User: user.User{ID: "u-1"}, Sending: user.Sending{IntentRecorded: true, PerhapsCreated: true}}
	if e, changes := EntryOf(&user.Outcome{Record: r, Status: user.Refused, Code: user.CodeParked}, p, nil); changes {
		t.Errorf("%+v, want no change", e)
	}
}

// A user who is pending stays so if a call other than a create leaves it in doubt, as one that a
// plan holds: no other call would be made for the user, and none could find it.
func TestPendingUserStaysPending(t *testing.T) {
	p := fingerprint.NewFingerprinter(fingerprint.NewKey())
	for _, c := range []struct {
		op      user.Op
		remote  string
		pending bool
		want    user.EntryState
	}{
		{user.Update, "", true, user.Pending}, {user.Delete, "", true, user.Pending}, {user.Create, "", true, user.Pending},
		{user.Update, "r1", true, user.Present}, {user.Update, "", false, user.Present}, {user.Delete, "", false, user.Present},
	} {
		for _, code := range []string{user.CodeNoAnswer, user.CodeUnprovedAbsent} {
			r := &user.Record{User: user.User{ID: "u-1"}, Sending: user.Sending{PerhapsCreated: c.pending}}
			e, changes := EntryOf(&user.Outcome{Record: r, Status: user.InDoubt, Code: code, Action: c.op, Remote: c.remote}, p, nil)
			if wrong := e.State != c.want || e.Remote != c.remote; (code == user.CodeNoAnswer || c.op == user.Delete) && (!changes || wrong) {
				t.Errorf("%s %+v: %+v, %t", code, c, e, changes)
			}
		}
	}
}

// A user who was pending is not there if the create led to the user of another id. Without a
// pending create nothing is learned.
func TestTheUserOfAnotherID(t *testing.T) {
	p := fingerprint.NewFingerprinter(fingerprint.NewKey())
	o := user.Outcome{Record: &user.Record{User: user.User{ID: "u-2"}}, Status: user.Refused, Code: user.CodeSameUser, Remote: "r1", Action: user.Update}
	e, changes := EntryOf(&o, p, nil)
	for _, c := range []struct {
		known user.LedgerEntry
		want  user.EntryState
	}{
		{user.LedgerEntry{State: user.Pending}, user.Absent},
		{user.LedgerEntry{State: user.Pending, Remote: "r2"}, user.Pending},
		{user.LedgerEntry{State: user.Present, Remote: "r2"}, user.Present},
		{user.LedgerEntry{}, user.Absent},
	} {
		if now := e.ApplyTo(c.known); !changes || now.State != c.want || now.State != user.Absent && now.Remote != c.known.Remote {
			t.Errorf("%+v: %+v, %t", c.known, now, changes)
		}
	}
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		save(t, l, Entry{ID: "a", State: user.Pending}, Entry{ID: "b", State: user.Pending, Remote: "r2"}, Entry{ID: "c", State: user.Present, Remote: "r3"})
		for _, id := range []string{"a", "b", "c", "d"} {
			e.ID = id
			save(t, l, e)
		}
		known, err := l.Lookup(t.Context(), []string{"a", "b", "c", "d"})
		if err != nil || known[0].State != user.Absent || known[1].Remote != "r2" || known[2].Remote != "r3" || known[3].State != user.Absent {
			t.Errorf("%+v, %v", known, err)
		}
	})
}

// A confirmed deletion later explains why the user is missing. A user that was already
// missing explains nothing.
func TestOnlyAConfirmedDeletionIsRemembered(t *testing.T) {
	p := fingerprint.NewFingerprinter(fingerprint.NewKey())
	for code, want := range map[string]bool{"": true, user.CodeReadBack: true, user.CodeAlreadyAbsent: false} {
		o := user.Outcome{Record: &user.Record{User: user.User{ID: "u-1"}}, Status: user.Deleted, Action: user.Delete, Code: code}
		if e, changes := EntryOf(&o, p, nil); !changes || e.State != user.Absent || e.Deleted != want {
			t.Errorf("code %q: %+v", code, e)
		}
	}
}

// An absence that is not proved makes no user known.
func TestAnUnprovedAbsenceMakesNoEntry(t *testing.T) {
	p := fingerprint.NewFingerprinter(fingerprint.NewKey())
	o := user.Outcome{Record: &user.Record{User: user.User{ID: "n"}}, Status: user.InDoubt, Action: user.Delete, Code: user.CodeUnprovedAbsent}
	e, _ := EntryOf(&o, p, nil)
	if known := e.ApplyTo(user.LedgerEntry{}); known.State != user.Absent {
		t.Errorf("%+v", known)
	}
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		save(t, l, Entry{ID: "a", State: user.Present, Remote: "r1"})
		save(t, l, e, Entry{ID: "a", State: user.Present, Replace: true, IfHeld: true, Remote: "r1"})
		if k := find(t, l, "n", "a"); k[0].State != user.Absent || k[1].State != user.Present || k[1].Remote != "r1" {
			t.Errorf("%+v", k)
		}
	})
}
