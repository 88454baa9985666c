package engine_test

import (
	"context"
	"iter"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/engine"
	"usersync/sync/user"
)

// remembering is a ledger of one user. It keeps the user's value in place of the remote key.
type remembering struct {
	mu        sync.Mutex
	entry     user.LedgerEntry
	written   int
	shows     bool // what was written, so that the engine need not remember it
	unchanged bool // an earlier record of the run was
}

func (l *remembering) Lookup(_ context.Context, ids []string, _ []user.LedgerEntry) ([]user.LedgerEntry, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := make([]user.LedgerEntry, len(ids))
	for i := range known {
		known[i] = l.entry
	}
	return known, nil
}

func (l *remembering) Checkpointed() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.written
}

func (l *remembering) Unchanged(k user.LedgerEntry, u *user.User) bool {
	same := !l.Differs(k, u)
	l.unchanged = l.unchanged || same
	return same
}

func (l *remembering) Apply(k user.LedgerEntry, o *user.Outcome) user.LedgerEntry {
	switch o.Status {
	case user.Deleted:
		return user.LedgerEntry{}
	case user.Created, user.Updated:
		return user.LedgerEntry{State: user.Present, Row: k.Row, Remote: valueOf(&o.Record.User)}
	case user.InDoubt:
		return user.LedgerEntry{State: user.Pending, Row: k.Row}
	}
	return k
}

func (l *remembering) Met(k user.LedgerEntry) bool {
	return k.State != user.Pending && (k.Run == "now" || l.unchanged && k.Row > 0)
}

func (l *remembering) Differs(k user.LedgerEntry, u *user.User) bool { return k.Remote != valueOf(u) }

func valueOf(u *user.User) string { return u.Attributes[0].Value.Text }

// Write makes it show what was written.
func (l *remembering) Write(o *user.Outcome) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shows {
		before := l.entry
		l.entry, l.written = l.Apply(before, o), o.Record.Origin.Record
		if (l.entry.Run != before.Run || l.entry.State != before.State) && l.entry.State != user.Absent {
			l.entry.Row, l.entry.Run = 1, "now"
		}
	}
	return nil
}

type both struct {
	*results
	ledger *remembering
}

func (b both) Write(o *user.Outcome) error {
	_ = b.results.Write(o)
	return b.ledger.Write(o)
}

// rows yields a row of one user for each text: an operation's first letter and a value. An !
// in front makes the API refuse it, a ? leaves it in doubt, and an R is a reject that was
// refused as a repetition.
func rows(texts string, pause time.Duration) iter.Seq2[[]*user.Record, error] {
	ops := map[byte]user.Op{'u': user.Upsert, 'c': user.Create, 'd': user.Delete}
	return func(yield func([]*user.Record, error) bool) {
		for i, text := range strings.Fields(texts) {
			plain := strings.TrimLeft(text, "!?R")
			u := user.User{ID: "u1", Attributes: []user.Attribute{{Field: user.Email, Value: user.TextValue(plain[1:])}}}
			r := &user.Record{Origin: user.Origin{Record: i + 1, Raw: text}, Op: ops[plain[0]], User: u}
			if text[0] == 'R' {
				r.Origin.Before = &user.Rejected{Run: "before", Record: 1, Code: user.CodeRepeatedID}
			}
			if !yield([]*user.Record{r}, nil) {
				return
			}
			time.Sleep(pause)
		}
	}
}

// answered gives each record the outcome that its row asks for.
func answered(b user.Batch) ([]user.Outcome, error) {
	all := good(b)
	for i, r := range b.Records {
		switch r.Origin.Raw[0] {
		case '!':
			all[i].Status = user.Refused
		case '?':
			all[i].Status, all[i].Action = user.InDoubt, user.Create
		}
	}
	return all, nil
}

// shown writes the outcomes as their first letters; a * follows a record that is noted as
// repeated.
func shown(r *results) string {
	var all []string
	for _, o := range r.list {
		letter := string(o.Status[:1])
		if o.Code == user.CodeRepeatedID {
			letter = "R"
		}
		if o.Record.Notes == user.Repeats {
			letter += "*"
		}
		all = append(all, letter)
	}
	return strings.Join(all, " ")
}

// A row is a repetition if an earlier row of its id was applied and says something different:
// as long as the first is in flight, after it was settled, and when only the ledger knows it.
func TestRepeatedIDs(t *testing.T) {
	for name, c := range map[string]struct {
		held          string // what the ledger held before; empty: nothing
		rows          string
		apply, refuse string
	}{
		"new, then other data":            {"", "uA uB", "c u*", "c R*"},
		"new, then the same":              {"", "uA uA", "c u", "c u"},
		"the first one stands":            {"", "uA uB uA uC", "c u* u* u*", "c R* u R*"},
		"unchanged, then other data":      {"A", "uA uB", "u u*", "u R*"},
		"changed, then changed back":      {"A", "uB uA", "u u*", "u R*"},
		"once":                            {"A", "uB", "u", "u"},
		"a first row that is refused":     {"", "!uA uB", "r c", "r c"},
		"one in doubt is none":            {"", "?uA uB", "i c", "i c"},
		"refused after one was applied":   {"", "uA !uB uC", "c r* u*", "c R* R*"},
		"deleted, then deleted again":     {"A", "dA dB", "d d", "d d"},
		"created, then deleted":           {"", "uA dA", "c d*", "c R*"},
		"deleted, then created":           {"A", "dA uA", "d c*", "d R*"},
		"create meets an earlier row":     {"", "cA cB cA", "c r* r", "c r* r"},
		"a reject is still a repetition":  {"A", "RuB", "u*", "R*"},
		"a reject of the same data":       {"A", "RuA", "u", "u"},
		"a reject of a user who is gone":  {"", "RuB", "c", "c"},
		"create meets a user from before": {"A", "cB", "r", "r"},
	} {
		for mode, want := range map[bool]string{false: c.apply, true: c.refuse} {
			for how, pause := range map[string]time.Duration{"in flight": 0, "settled": time.Hour, "far apart": time.Hour} {
				if how == "far apart" && strings.Contains(c.rows, "d") {
					continue // a ledger does not show a user who was deleted
				}
				synctest.Test(t, func(t *testing.T) {
					l := &remembering{shows: how == "far apart"}
					if c.held != "" {
						l.entry = user.LedgerEntry{State: user.Present, Row: 1, Run: "before", Remote: c.held}
					}
					out := new(results)
					to := newAPI(out, time.Millisecond)
					to.answer = answered
					job := engine.Job{Records: rows(c.rows, pause), Destination: to, Results: both{out, l}, Ledger: l, IDs: engine.IDs{Repeats: l, RefuseRepeated: mode}, Limits: engine.Limits{BatchSize: 1}}
					if _, err := job.Run(t.Context()); err != nil {
						t.Fatal(err)
					}
					if got := shown(out); got != want {
						t.Errorf("%s, %s, refuse %v: %s, want %s", name, how, mode, got, want)
					}
				})
			}
		}
	}
}

// Without a ledger, rows are compared that are in one window.
func TestRepeatedIDsWithoutALedger(t *testing.T) {
	for texts, want := range map[string][2]string{
		"uA uB":         {"c c*", "c R*"},
		"uA uA":         {"c c", "c c"},
		"!uA uB":        {"r c", "r c"},
		"dA dB":         {"d d", "d d"},
		"uA dA dA uA":   {"c d* d c*", "c R* R* c"},
		"uA uB uA":      {"c c* c*", "c R* c"},
		"?uA uB":        {"i c", "i c"},
		"uA !uB uA":     {"c r* c", "c R* c"},
		"uA uB dA":      {"c c* d*", "c R* R*"},
		"!dA uA dA dB ": {"r c d* d", "r c R* R*"},
	} {
		for i, refuse := range []bool{false, true} {
			for _, pause := range []time.Duration{0, time.Hour} {
				synctest.Test(t, func(t *testing.T) {
					out := new(results)
					to := newAPI(out, time.Millisecond)
					to.answer = answered
					job := engine.Job{Records: rows(texts, pause), Destination: to, Results: out, IDs: engine.IDs{RefuseRepeated: refuse}, Limits: engine.Limits{BatchSize: 1}}
					if _, err := job.Run(t.Context()); err != nil {
						t.Fatal(err)
					}
					// Whether an upsert creates or updates depends on what is in flight.
					if got := strings.ReplaceAll(shown(out), "u", "c"); got != want[i] {
						t.Errorf("%s, %v apart, refuse %v: %s, want %s", texts, pause, refuse, got, want[i])
					}
				})
			}
		}
	}
}
