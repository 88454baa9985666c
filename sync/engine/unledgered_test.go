package engine_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/engine"
	"usersync/sync/user"
)

// scripted is an API that makes its users' keys. It answers each row as its value says, and keeps
// how each was sent.
type scripted struct {
	*api
	calls []string
}

func (s *scripted) Traits() destination.Traits {
	t := s.api.Traits()
	t.OwnKeys = true
	return t
}

func (s *scripted) Apply(_ context.Context, b user.Batch) ([]user.Outcome, error) {
	time.Sleep(s.slowest)
	s.mu.Lock()
	defer s.mu.Unlock()
	outcomes := make([]user.Outcome, len(b.Records))
	for i, r := range b.Records {
		how := string(b.Op) + " " + r.Remote
		for _, is := range []struct {
			true bool
			word string
		}{{r.PerhapsCreated, "perhaps"}, {r.DeletedBefore, "deleted"}} {
			if is.true {
				how += " " + is.word
			}
		}
		s.calls = append(s.calls, strings.Join(strings.Fields(how), " "))
		word, code, _ := strings.Cut(r.User.Attributes[0].Value.Text, ":")
		word, remote, _ := strings.Cut(word, "=")
		r.IntentRecorded = b.Op == user.Create
		outcomes[i] = user.Outcome{Record: r, Action: b.Op, Status: user.Status(word), Code: code, Remote: remote}
	}
	return outcomes, nil
}

// rowsOf yields a row for each text, id/operation/answer, with pauses in between.
func rowsOf(rows []string, pause time.Duration) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		for i, text := range rows {
			part := strings.Split(text, "/")
			r := &user.Record{Origin: user.Origin{Record: i + 1, Raw: text}, Op: user.Op(part[1]), User: user.User{ID: part[0]}}
			r.User.Attributes = []user.Attribute{{Field: user.Email, Value: user.TextValue(part[2])}}
			if !yield([]*user.Record{r}, nil) {
				return
			}
			time.Sleep(pause)
		}
	}
}

// Without a ledger the run itself is all that is known of a user: an earlier row of the id has left
// it perhaps created, there, or deleted, however long ago that row was settled.
func TestEarlierRowsWithoutLedger(t *testing.T) {
	for name, c := range map[string]struct{ rows, want string }{
		"a create in doubt":                   {"a/create/in_doubt a/create/created", "create, create perhaps"},
		"then found":                          {"a/upsert/in_doubt a/upsert/created=k a/upsert/updated", "create, create perhaps, update"},
		"then found by a read":                {"a/upsert/in_doubt a/upsert/unchanged:adopted a/delete/deleted", "create, create perhaps, delete"},
		"then in doubt again":                 {"a/upsert/in_doubt a/upsert/in_doubt a/upsert/updated", "create, create perhaps, create perhaps"},
		"then refused":                        {"a/upsert/in_doubt a/upsert/refused a/upsert/created", "create, create perhaps, create"},
		"then refused, because it is there":   {"a/create/in_doubt a/create/refused:exists a/create/created", "create, create perhaps, create perhaps"},
		"refused, because it is there":        {"a/create/refused:exists a/create/created", "create, create perhaps"},
		"then refused as another's user":      {"a/upsert/in_doubt a/update/refused:same_user a/upsert/created", "create, update perhaps, create"},
		"then an update in doubt":             {"a/upsert/in_doubt a/update/in_doubt a/upsert/created", "create, update perhaps, create perhaps"},
		"a doubt of another user":             {"a/upsert/in_doubt b/upsert/created", "create, create"},
		"created":                             {"a/upsert/created a/upsert/updated", "create, update"},
		"accepted":                            {"a/upsert/accepted a/upsert/updated", "create, update"},
		"failed":                              {"a/upsert/failed a/upsert/created", "create, create"},
		"an update in doubt":                  {"a/update/in_doubt a/upsert/updated", "update, update"},
		"a deletion in doubt":                 {"a/delete/in_doubt a/upsert/updated", "delete, update"},
		"a deletion that proves nothing":      {"a/delete/in_doubt:unproved_absent a/upsert/created", "delete, create"},
		"deleted":                             {"a/delete/deleted a/upsert/created", "delete, create deleted"},
		"deleted, perhaps created":            {"a/delete/deleted a/upsert/in_doubt a/upsert/updated", "delete, create deleted, create perhaps"},
		"perhaps created, missing, is absent": {"a/upsert/in_doubt a/update/refused:missing a/upsert/created", "create, update perhaps, create"},
	} {
		for _, pause := range []time.Duration{0, time.Hour} {
			synctest.Test(t, func(t *testing.T) {
				out := new(results)
				api := &scripted{api: newAPI(out, 0)}
				job := engine.Job{Records: rowsOf(strings.Fields(c.rows), pause), Destination: api, Results: out, Limits: engine.Limits{BatchSize: 1}}
				if _, err := job.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				got := strings.ReplaceAll(strings.Join(api.calls, ", "), " k", "") // only a row in flight has the key
				if got != c.want {
					t.Errorf("%s, %v apart: %s\nwant %s", name, pause, got, c.want)
				}
			})
		}
	}
}

// A row that waited for the one that created its user has the key from it.
func TestWaitingRowHasTheKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(results)
		api := &scripted{api: newAPI(out, time.Second)}
		job := engine.Job{Records: rowsOf([]string{"a/upsert/created=k", "a/upsert/updated"}, 0), Destination: api, Results: out, Limits: engine.Limits{BatchSize: 1}}
		if _, err := job.Run(t.Context()); err != nil || len(api.calls) != 2 || api.calls[1] != "update k" {
			t.Error(api.calls, err)
		}
	})
}

// In mode create a further row of a user who was created is refused, however far it is.
func TestCreatedTwiceWithoutLedger(t *testing.T) {
	for _, pause := range []time.Duration{0, time.Hour} {
		synctest.Test(t, func(t *testing.T) {
			out := new(results)
			api := &scripted{api: newAPI(out, 0)}
			job := engine.Job{Records: rowsOf([]string{"a/create/created", "a/create/created"}, pause), Destination: api, Results: out, Limits: engine.Limits{BatchSize: 1}}
			if _, err := job.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if len(api.calls) != 1 || out.list[1].Status != user.Refused || out.list[1].Code != user.CodeExists {
				t.Errorf("%v apart: %v, %s %s", pause, api.calls, out.list[1].Status, out.list[1].Code)
			}
		})
	}
}

// A run that is continued without a ledger knows from its results what it left in doubt, created
// and deleted.
func TestContinuedWithoutLedger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		earlier := func(yield func(user.Settled, error) bool) {
			for _, s := range []user.Settled{
				{ID: "doubt", Status: user.InDoubt, Action: user.Create}, {ID: "held", Status: user.InDoubt, Action: user.Create},
				{ID: "held", Status: user.InDoubt}, {ID: "found", Status: user.InDoubt, Action: user.Create}, {ID: "found", Status: user.Updated, Action: user.Update},
				{ID: "made", Status: user.Created, Action: user.Create}, {ID: "gone", Status: user.Deleted, Action: user.Delete},
				{ID: "perhaps", Status: user.InDoubt, Action: user.Create}, {ID: "perhaps", Status: user.InDoubt, Action: user.Update},
			} {
				if !yield(s, nil) {
					return
				}
			}
		}
		rows := strings.Fields("doubt/upsert/created held/upsert/created found/upsert/updated made/upsert/updated gone/upsert/created new/upsert/created perhaps/upsert/updated")
		want := "create perhaps, create perhaps, update, update, create deleted, create, create perhaps"
		out := new(results)
		api := &scripted{api: newAPI(out, 0)}
		job := engine.Job{Records: rowsOf(rows, time.Minute), Destination: api, Results: out, Limits: engine.Limits{BatchSize: 1}, Resumed: engine.Resumed{Earlier: earlier}}
		if _, err := job.Run(t.Context()); err != nil || strings.Join(api.calls, ", ") != want {
			t.Errorf("%s (%v)\nwant %s", strings.Join(api.calls, ", "), err, want)
		}
		for _, o := range out.list { // what the results say of the rows is not known
			if o.Record.Notes&user.Repeats != 0 && o.Record.User.ID != "gone" {
				t.Errorf("%s repeats", o.Record.User.ID)
			}
		}
	})
}

// Results that cannot be read end the run before it sends anything.
func TestContinuedWithoutResults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := func(yield func(user.Settled, error) bool) { yield(user.Settled{}, errDisk) }
		out := new(results)
		api := &scripted{api: newAPI(out, 0)}
		job := engine.Job{Records: rowsOf([]string{"a/upsert/created"}, 0), Destination: api, Results: out, Resumed: engine.Resumed{Earlier: broken}}
		if s, err := job.Run(t.Context()); !errors.Is(err, errDisk) || s.Finished || len(api.calls) > 0 {
			t.Error(s, err, api.calls)
		}
	})
}

// Once too many users are in doubt to remember, every other user counts as one of them: no one is
// created unsafely.
func TestTooManyDoubts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := engine.MostDoubts + 3
		records := func(yield func([]*user.Record, error) bool) {
			for i, rows := range []string{"first/upsert/created", "u%d/upsert/in_doubt", "new/upsert/created", "first/upsert/updated", "u7/upsert/updated"} {
				for chunk, err := range numbered(rows, n, i) {
					if !yield(chunk, err) {
						return
					}
				}
				time.Sleep(time.Minute)
			}
		}
		out := new(results)
		api := &scripted{api: newAPI(out, 0)}
		job := engine.Job{Records: records, Destination: api, Results: out, Limits: engine.Limits{BatchSize: 1}}
		if _, err := job.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := strings.Join(api.calls[n+1:], ", ")
		if want := "create perhaps, update, create perhaps"; api.calls[0] != "create" || got != want {
			t.Errorf("%s, then %s\nwant %s", api.calls[0], got, want)
		}
	})
}

// numbered yields n rows if they have numbers, otherwise one. Part says which rows came before.
func numbered(row string, n, part int) iter.Seq2[[]*user.Record, error] {
	if !strings.Contains(row, "%") {
		before := part
		if part > 1 {
			before += n - 1
		}
		return shifted(rowsOf([]string{row}, 0), before)
	}
	var rows []string
	for i := range n {
		rows = append(rows, fmt.Sprintf(row, i))
	}
	return shifted(rowsOf(rows, 0), part)
}

// shifted yields records after so many others.
func shifted(records iter.Seq2[[]*user.Record, error], by int) iter.Seq2[[]*user.Record, error] {
	return func(yield func([]*user.Record, error) bool) {
		for chunk, err := range records {
			for _, r := range chunk {
				r.Origin.Record += by
			}
			if !yield(chunk, err) {
				return
			}
		}
	}
}

// A reject in doubt that is sent again may be edited: its user was perhaps created by other values.
func TestRejectInDoubtWithoutLedger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := func(yield func([]*user.Record, error) bool) {
			for chunk := range rowsOf([]string{"a/upsert/created"}, 0) {
				chunk[0].Origin.Before, chunk[0].MaybeSent = &user.Rejected{Run: "before", Record: 1}, true
				yield(chunk, nil)
			}
		}
		out := new(results)
		api := &scripted{api: newAPI(out, 0)}
		job := engine.Job{Records: records, Destination: api, Results: out}
		if _, err := job.Run(t.Context()); err != nil || api.calls[0] != "create perhaps" {
			t.Error(api.calls, err)
		}
	})
}

// A pending user whose outcome is from an earlier start of the run was perhaps created before it.
func TestPerhapsCreatedBeforeTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		earlier := engine.Resumed{MaybeSentTo: 2, OutcomeOf: func(r *user.Record) (user.Outcome, bool, error) {
			return user.Outcome{Record: r, Action: user.Update, Status: user.InDoubt}, true, nil
		}}
		out := new(results)
		job := engine.Job{Records: rowsOf([]string{"pending/update/", "new/update/"}, 0), Destination: newAPI(out, 0), Results: out, Ledger: waiting{"pending": true}, Resumed: earlier}
		if _, err := job.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, want := range []bool{true, false} {
			if got := out.list[i].Record.PerhapsCreated; got != want {
				t.Errorf("row %d: %t, want %t", i+1, got, want)
			}
		}
	})
}

// The intent of a pending user is that of an outcome of an earlier start only if this was a create:
// the refusal of another call says nothing of a create by another run.
func TestIntentOfAnEarlierStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		actions := []user.Op{user.Create, user.Update, user.Delete, ""}
		earlier := engine.Resumed{MaybeSentTo: len(actions), OutcomeOf: func(r *user.Record) (user.Outcome, bool, error) {
			return user.Outcome{Record: r, Action: actions[r.Origin.Record-1], Status: user.Refused}, true, nil
		}}
		out := new(results)
		rows := rowsOf([]string{"a/update/", "b/update/", "c/update/", "d/update/"}, 0)
		job := engine.Job{Records: rows, Destination: newAPI(out, 0), Results: out, Ledger: waiting{"a": true, "b": true, "c": true, "d": true}, Resumed: earlier}
		if _, err := job.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		for i, action := range actions {
			if r := out.list[i].Record; r.IntentRecorded != (action == user.Create) || !r.PerhapsCreated {
				t.Errorf("after %q: %t, %t", action, r.IntentRecorded, r.PerhapsCreated)
			}
		}
	})
}
