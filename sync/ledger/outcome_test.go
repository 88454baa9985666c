package ledger

import (
	"testing"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// TestAfterAnOutcome: the value that was known before an outcome, fed again
// after it, is called the same only where the destination is sure to hold it.
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
		standing user.EntryState
		old, new bool // called the same
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
			if e, changes := EntryOf(&c.outcome, p); changes {
				known = e.Over(known)
			}
			if known.State != c.standing {
				t.Errorf("standing %d, want %d", known.State, c.standing)
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

// A deletion proves later that a user who is missing was deleted. One who was missing
// already proves nothing.
func TestOnlyASeenDeletionIsRemembered(t *testing.T) {
	p := fingerprint.NewFingerprinter(fingerprint.NewKey())
	for code, want := range map[string]bool{"": true, user.CodeReadBack: true, user.CodeAlreadyAbsent: false} {
		o := user.Outcome{Record: &user.Record{User: user.User{ID: "u-1"}}, Status: user.Deleted, Action: user.Delete, Code: code}
		if e, changes := EntryOf(&o, p); !changes || e.Standing != user.Absent || e.Deleted != want {
			t.Errorf("code %q: %+v", code, e)
		}
	}
}

// An absence that is not proved makes nobody known.
func TestAnUnprovedAbsenceMakesNoEntry(t *testing.T) {
	p := fingerprint.NewFingerprinter(fingerprint.NewKey())
	o := user.Outcome{Record: &user.Record{User: user.User{ID: "n"}}, Status: user.InDoubt, Action: user.Delete, Code: user.CodeUnprovedAbsent}
	e, _ := EntryOf(&o, p)
	if known := e.Over(user.LedgerEntry{}); known.State != user.Absent {
		t.Errorf("%+v", known)
	}
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		mark(t, l, Entry{ID: "a", Standing: user.Present, Remote: "r1"})
		mark(t, l, e, Entry{ID: "a", Standing: user.Present, Anew: true, IfHeld: true, Remote: "r1"})
		if k := look(t, l, "n", "a"); k[0].State != user.Absent || k[1].State != user.Present || k[1].Remote != "r1" {
			t.Errorf("%+v", k)
		}
	})
}
