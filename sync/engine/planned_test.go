package engine_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/engine"
	"usersync/sync/user"
)

// held is a ledger that knows some ids, each as it was last sent.
type held map[string]bool

func (h held) Lookup(_ context.Context, ids []string, _ []user.LedgerEntry) ([]user.LedgerEntry, error) {
	known := make([]user.LedgerEntry, len(ids))
	for i, id := range ids {
		if h[id] {
			known[i].State = user.Present
		}
	}
	return known, nil
}

func (h held) Checkpointed() int                           { return 0 }
func (h held) Unchanged(user.LedgerEntry, *user.User) bool { return true }

func (h held) Apply(known user.LedgerEntry, o *user.Outcome) user.LedgerEntry {
	if o.Status == user.Created || o.Status == user.Updated {
		known.State = user.Present
	}
	return known
}

// A plan decides the first call of each record, whatever is known; a record without a
// call is not sent.
func TestApplying(t *testing.T) {
	for name, c := range map[string]struct {
		planned map[int]user.Op
		known   held
		id      func(int) string
		answer  user.Status // to every call
		want    []string
	}{
		"a call is made as planned, also where the ledger would make none": {
			planned: map[int]user.Op{1: user.Update, 2: user.Create}, known: held{"u1": true, "u2": true}, id: own,
			want: []string{"updated", "created"},
		},
		"who has no call is what the ledger shows": {
			planned: map[int]user.Op{1: user.Create}, known: held{"u2": true}, id: own,
			want: []string{"created", "unchanged"},
		},
		"the plan itself has read that nobody needs to be sent": {
			planned: map[int]user.Op{1: user.SameAsPlanned, 2: user.SameAsPlanned}, id: own,
			want: []string{"unchanged planned", "unchanged planned"},
		},
		"what the plan builds on did not come about": {
			planned: map[int]user.Op{1: user.Create}, id: func(int) string { return "one" }, answer: user.Refused,
			want: []string{"refused", "failed not_planned"},
		},
		"what the plan builds on came about": {
			planned: map[int]user.Op{1: user.Create}, id: func(int) string { return "one" },
			want: []string{"created", "unchanged"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				out := new(results)
				a := newAPI(out, time.Second)
				if c.answer != "" {
					a.answer = func(b user.Batch) ([]user.Outcome, error) {
						outcomes := good(b)
						for i := range outcomes {
							outcomes[i].Status = c.answer
						}
						return outcomes, nil
					}
				}
				records := input(2, user.Upsert, c.id)
				job := engine.Job{Destination: a, Results: out, Ledger: c.known, Applying: true, Records: func(yield func([]*user.Record, error) bool) {
					for chunk, err := range records {
						for _, r := range chunk {
							r.Planned = c.planned[r.Origin.Record]
						}
						yield(chunk, err)
					}
				}}
				if _, err := job.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
				for i, o := range out.list {
					if got := strings.TrimSpace(fmt.Sprint(o.Status, " ", o.Code)); got != c.want[i] {
						t.Errorf("record %d is %q, want %q", i+1, got, c.want[i])
					}
				}
			})
		})
	}
}

// A user who got the id of a row before a kill is sent under it, even if nothing was changed,
// and the row says so.
func TestRenamedBeforeAKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(results)
		a := newAPI(out, 0)
		var renamed []int
		a.answer = func(b user.Batch) ([]user.Outcome, error) {
			for _, r := range b.Records {
				if r.Renamed {
					renamed = append(renamed, r.Origin.Record)
				}
			}
			return good(b), nil
		}
		job := engine.Job{Records: input(6, user.Upsert, func(int) string { return "u6" }), Destination: a, Results: out, Ledger: some{}}
		job.MaybeSentTo = 6
		job.OutcomeOf = func(*user.Record) (user.Outcome, bool, error) { return user.Outcome{}, false, nil }
		job.WasSent = func(*user.Record) bool { return false }
		job.WasRenamed = func(r *user.Record, _ user.LedgerEntry) bool { return r.Origin.Record == 3 }
		_, err := job.Run(t.Context())
		if err != nil || len(a.sizes) != 1 || !slices.Equal(renamed, []int{3}) {
			t.Errorf("%d calls, renamed %v, %v", len(a.sizes), renamed, err)
		}
	})
}
