package checkpoint

import (
	"errors"
	"slices"
	"testing"
	"time"

	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

func (s *scene) outcome(t *testing.T, n int, id string, taken bool, o user.Outcome) {
	t.Helper()
	u := user.User{ID: id, Attributes: []user.Attribute{{Field: user.Email, Value: user.TextValue(id)}}}
	o.Record = &user.Record{Op: user.Upsert, Origin: user.Origin{Record: n}, User: u, Sending: user.Sending{PerhapsTaken: taken}}
	if err := s.Write(&o); err != nil {
		t.Fatal(err)
	}
}

func (s *scene) checkpoint(t *testing.T) {
	t.Helper()
	if err := errors.Join(s.begin(), s.Wait()); err != nil {
		t.Fatal(err)
	}
}

// held returns which of the ids the ledger holds fingerprints of; all of them have a key r-ID.
func (s *scene) held(t *testing.T, ids ...string) (held []string) {
	t.Helper()
	known, err := s.ledger.Lookup(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		if known[i].State != user.Present || known[i].Remote != "r-"+id {
			t.Errorf("%s: %+v", id, known[i])
		}
		if len(known[i].Fingerprints.Fields) > 0 {
			held = append(held, id)
		}
	}
	return held
}

func created(id string) user.Outcome {
	return user.Outcome{Status: user.Created, Action: user.Create, Remote: "r-" + id, HTTP: 201}
}

func sameUser(op user.Op, id string, status int) user.Outcome {
	return user.Outcome{Status: user.Refused, Code: user.CodeSameUser, Action: op, Remote: "r-" + id, HTTP: status}
}

// If a call was answered with the key of another id, the API has perhaps changed the user of that
// id: its fingerprints are forgotten, whether the ledger held it before or gets it now. A read that
// led to the key has changed no one.
func TestOverwrittenUsersAreSentAgain(t *testing.T) {
	ids := []string{"created", "updated", "deleted", "before", "read", "unread", "named", "refused"}
	for name, before := range map[string]bool{"of an earlier run": true, "of this run": false} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.lastAt = time.Now().Add(time.Hour)
			for i, id := range ids {
				s.outcome(t, i+1, id, true, created(id))
			}
			if before {
				s.checkpoint(t)
			}
			s.outcome(t, 11, "n-1", true, sameUser(user.Create, "created", 201))
			s.outcome(t, 12, "n-2", true, sameUser(user.Update, "updated", 200))
			s.outcome(t, 13, "n-3", true, sameUser(user.Delete, "deleted", 200))
			s.outcome(t, 14, "n-4", false, sameUser(user.Update, "read", 200))
			s.outcome(t, 15, "n-5", false, sameUser("", "unread", 200))
			s.outcome(t, 16, "n-6", false, sameUser(user.Update, "named", 0))
			s.outcome(t, 17, "n-7", true, sameUser(user.Create, "refused", 500))
			s.outcome(t, 18, "n-8", true, sameUser("", "before", 200))
			if err := s.Finish(nil, true, false); err != nil {
				t.Fatal(err)
			}
			if held := s.held(t, ids...); !slices.Equal(held, []string{"read", "unread", "named", "refused"}) {
				t.Errorf("%s are not sent again", held)
			}
			known, err := s.ledger.Lookup(t.Context(), []string{"n-1", "n-2", "n-3"})
			if err != nil || slices.ContainsFunc(known, func(e user.LedgerEntry) bool { return e.State != user.Absent }) {
				t.Errorf("the ledger knows users that were refused: %+v, %v", known, err)
			}
		})
	}
}

// The call of the user of the other id may have been answered before, and its outcome be written
// after the next checkpoint, because its row comes later.
func TestOverwrittenUsersOfALaterRow(t *testing.T) {
	s := newScene(t)
	s.lastAt = time.Now().Add(time.Hour)
	s.outcome(t, 1, "n-1", true, sameUser(user.Update, "a", 200))
	s.checkpoint(t)
	s.outcome(t, 2, "a", true, created("a"))
	s.checkpoint(t)
	if held := s.held(t, "a"); held != nil {
		t.Error("it is not sent again")
	}
	if late := s.overwritten.after(1); late != nil {
		t.Errorf("%v is kept for good", late)
	}
}

// Nor is it forgotten if the run is killed between, and continued.
func TestOverwrittenUsersOfAKilledRun(t *testing.T) {
	written := func(yield func(user.Settled, error) bool) {
		for i, o := range []user.Outcome{sameUser(user.Update, "long ago", 200), sameUser(user.Update, "a", 200), sameUser(user.Update, "named", 0)} {
			o.Record = &user.Record{Origin: user.Origin{Record: 2 + i*maxRecords}, User: user.User{ID: "n"}}
			if !yield(o.Settled(), nil) {
				return
			}
		}
	}
	s := newScene(t)
	s.lastAt = time.Now().Add(time.Hour)
	s.outcomes[user.Refused] = 3
	s.options.Input.Add(&user.Record{Origin: user.Origin{Record: 2*maxRecords + 1}})
	if err := s.Recall(written); err != nil {
		t.Fatal(err)
	}
	ids := []string{"a", "long ago", "named"}
	for i, id := range ids {
		s.outcome(t, 2*maxRecords+2+i, id, true, created(id))
	}
	s.checkpoint(t)
	if held := s.held(t, ids...); !slices.Equal(held, []string{"long ago", "named"}) {
		t.Errorf("%s are not sent again", held)
	}
}

// No row has told anything of the overwritten user: the user keeps the run and the record of the own
// row, so that a later one does not repeat it and its rejects are not out of date, and the state.
func TestOverwrittenUsersKeepTheRest(t *testing.T) {
	s := newScene(t)
	s.lastAt = time.Now().Add(time.Hour)
	prints := s.ledger.Fingerprinter().Fingerprints(nil, &user.User{ID: "u", Attributes: []user.Attribute{{Field: user.Email, Value: user.TextValue("u")}}})
	ids := []string{"there", "pending", "later"}
	states := []user.EntryState{user.Present, user.Pending, user.AcceptedLater}
	var entries []ledger.Entry
	for i, id := range ids {
		entries = append(entries, ledger.Entry{ID: id, Remote: "r-" + id, Run: "run-0", Record: 7, State: states[i], Fingerprints: prints})
	}
	if err := s.ledger.Save(t.Context(), ledger.Checkpoint{Run: "run-1"}, entries); err != nil {
		t.Fatal(err)
	}
	for i, id := range ids {
		s.outcome(t, i+1, "n", true, sameUser(user.Update, id, 200))
	}
	s.checkpoint(t)
	known, err := s.ledger.Lookup(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range known {
		if e.State != states[i] || e.Run != "run-0" || e.Record != 7 || e.Remote != "r-"+ids[i] || len(e.Fingerprints.Fields) > 0 {
			t.Errorf("%s: %+v", ids[i], e)
		}
	}
}

// A user who has another key by now was not overwritten, and keeps it.
func TestOverwrittenUserWithAnotherKey(t *testing.T) {
	s := newScene(t)
	s.lastAt = time.Now().Add(time.Hour)
	s.outcome(t, 1, "a", true, created("a"))
	s.checkpoint(t)
	s.outcome(t, 2, "n", true, sameUser(user.Update, "a", 200))
	s.outcome(t, 3, "a", true, user.Outcome{Status: user.Deleted, Action: user.Delete, HTTP: 204})
	s.outcome(t, 4, "a", true, user.Outcome{Status: user.Created, Action: user.Create, Remote: "new", HTTP: 201})
	s.checkpoint(t)
	known, err := s.ledger.Lookup(t.Context(), []string{"a"})
	if err != nil || known[0].Remote != "new" || len(known[0].Fingerprints.Fields) == 0 {
		t.Errorf("%+v, %v", known, err)
	}
}

// A run that is absorbed has perhaps overwritten users too. Its journal does not say whether a call
// that was answered was only a read.
func TestUsersOverwrittenByAnUnfinishedRun(t *testing.T) {
	s := newScene(t)
	ids := []string{"created", "updated", "named"}
	prints := s.ledger.Fingerprinter().Fingerprints(nil, &user.User{ID: "u", Attributes: []user.Attribute{{Field: user.Email, Value: user.TextValue("u")}}})
	var entries []ledger.Entry
	for _, id := range ids {
		entries = append(entries, ledger.Entry{ID: id, Remote: "r-" + id, State: user.Present, Fingerprints: prints})
	}
	if err := s.ledger.Save(t.Context(), ledger.Checkpoint{Run: "run-1"}, entries); err != nil {
		t.Fatal(err)
	}
	var settled []user.Settled
	for i, o := range []user.Outcome{sameUser(user.Create, "created", 201), sameUser(user.Update, "updated", 200), sameUser(user.Update, "named", 0)} {
		o.Record = &user.Record{Origin: user.Origin{Record: i + 1}, User: user.User{ID: "n"}}
		settled = append(settled, o.Settled())
	}
	u := Unfinished{Run: "run-1", Journal: &journal.History{Settled: settled}}
	if err := u.UpdateLedger(t.Context(), s.ledger, "run-2"); err != nil {
		t.Fatal(err)
	}
	if held := s.held(t, ids...); !slices.Equal(held, []string{"named"}) {
		t.Errorf("%s are not sent again", held)
	}
}
