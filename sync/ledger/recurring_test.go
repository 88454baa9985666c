package ledger

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"usersync/sync/user"
)

var dayOne = time.UnixMilli(1_790_000_000_000)

// meets saves what a run has met, and that it has ended in a state.
func meets(t *testing.T, l *Ledger, run string, s RunState, met ...MetRow) {
	t.Helper()
	if _, err := l.Runs().Register(t.Context(), Run{Name: run}, 0); err != nil {
		t.Fatal(err)
	}
	for i := range met {
		if met[i].Status == "" {
			met[i].Status, met[i].Code, met[i].Sent = user.Refused, "bad", !met[i].Uncounted
		}
		if met[i].At.IsZero() {
			met[i].At = dayOne
		}
	}
	for range 2 { // it is unknown whether the first time succeeded
		if err := l.Save(t.Context(), Checkpoint{Run: run, State: s, At: dayOne}, nil, met...); err != nil {
			t.Fatal(err)
		}
	}
}

// runsOf returns in how many runs each row has ended alike, by id.
func runsOf(t *testing.T, l *Ledger) map[string]int {
	t.Helper()
	rows, err := l.Runs().Recurring().All(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	runs := map[string]int{}
	for _, r := range rows {
		if _, twice := runs[r.ID]; twice {
			t.Errorf("%s has several rows", r.ID)
		}
		runs[r.ID] = r.Runs
	}
	return runs
}

// Only finished runs count, each once; another code, another row and any other end begin
// again.
func TestRecurringRows(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l, other := open(t, Options{URL: url}), open(t, Options{URL: url, Scope: "another"})
		lock(t, other)
		lock(t, l)
		all := []MetRow{{ID: "a", Hash: 1}, {ID: "b", Hash: 2}, {ID: "c", Hash: 3}, {ID: "d", Hash: 4}, {ID: "", Hash: 9}}
		meets(t, l, "run-1", RunFinished, all...)
		meets(t, l, "run-2", RunStopped, all...)
		meets(t, l, "run-2", RunFinished, all[:3]...)
		meets(t, l, "run-3", RunAbsorbed, all...)
		if d := cmp.Diff(map[string]int{"a": 2, "b": 2, "c": 2, "d": 2, "": 2}, runsOf(t, l)); d != "" {
			t.Error(d)
		}
		meets(t, l, "run-4", RunFinished, MetRow{ID: "a", Hash: 1, Uncounted: true, At: dayOne.Add(time.Hour)}, MetRow{ID: "b", Hash: 2, Status: user.Refused, Code: "worse", Sent: true},
			MetRow{ID: "c", Hash: 33}, MetRow{ID: "d", Over: true})
		if d := cmp.Diff(map[string]int{"a": 2, "b": 1, "c": 1, "": 2}, runsOf(t, l)); d != "" {
			t.Error(d)
		}
		rows, err := l.Runs().Recurring().Of(t.Context(), []string{"a", "nobody"})
		want := []RecurringRow{{ID: "a", Feed: "default", Hash: 1, Status: user.Refused, Code: "bad", Runs: 2, Run: "run-4", First: dayOne, Last: dayOne.Add(time.Hour), Sent: dayOne}}
		if d := cmp.Diff(want, rows, cmpopts.EquateApproxTime(0)); d != "" || err != nil {
			t.Error(d, err)
		}
		if n, err := l.Runs().Recurring().NowParked(t.Context(), "run-4", 1); n != 2 || err != nil { // b and c; a was not tried
			t.Error(n, err)
		}
		if rows, all, err := other.Runs().Recurring().Few(t.Context(), 10); len(rows) != 0 || !all || err != nil {
			t.Error("found in another scope:", rows, err)
		}
	})
}

// A few rows of a large table are read by their ids. PostgreSQL, which has no statistics of a
// table that was just filled, read all rows of the scope for each of them.
func TestRecurringRowsAreReadByID(t *testing.T) {
	l := open(t, Options{URL: server.database(t)})
	lock(t, l)
	meets(t, l, "run-1", RunFinished, MetRow{ID: "a", Hash: 1})
	db := l.entries.DB
	num, err := l.entries.Num(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Write.ExecContext(t.Context(), `INSERT INTO usersync_recurring SELECT scope, feed, 'u-' || n, hash, status, code, runs, run, counted, first, last, sent
		FROM usersync_recurring, generate_series(1, 20000) n`); err != nil {
		t.Fatal(err)
	}
	list, err := db.List([]string{"u-7", "u-19000", "nobody"})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query(t.Context(), db.Read, `EXPLAIN (ANALYZE, TIMING OFF) SELECT r.id FROM `+db.Recurring, list, num, "default")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, line)
	}
	whole := strings.Join(plan, "\n")
	if err := rows.Err(); err != nil || regexp.MustCompile(`(rows=|Removed by .*: )[0-9]{4,}[.0-9]*( |$)`).MatchString(actual(whole)) || !strings.Contains(whole, "rows=2") {
		t.Errorf("%v\n%s", err, whole)
	}
}

// actual leaves out what the planner expected.
func actual(plan string) string {
	return regexp.MustCompile(`\(cost=[^)]*\)`).ReplaceAllString(plan, "")
}

// Too many rows are not read, but for those without an id.
func TestFewRecurringRows(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		meets(t, l, "run-1", RunFinished, MetRow{ID: "a", Hash: 1}, MetRow{Hash: 2}, MetRow{ID: "b", Hash: 3})
		for n, want := range [][]int64{{}, {2}, {2}, {2, 1, 3}} {
			rows, all, err := l.Runs().Recurring().Few(t.Context(), n)
			got := []int64{}
			for _, r := range rows {
				got = append(got, r.Hash)
			}
			if d := cmp.Diff(want, got); d != "" || all != (n == 3) || err != nil {
				t.Error(n, d, all, err)
			}
		}
	})
}

// Two feeds that list the same user do not disturb each other.
func TestRecurringRowsOfFeeds(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		for _, night := range []string{"1", "2"} {
			for i, feed := range []string{"hr", "shop"} {
				l := open(t, Options{URL: url, Feed: feed})
				lock(t, l)
				meets(t, l, "run-"+feed+night, RunFinished, MetRow{ID: "a", Hash: int64(i)})
				rows, all, err := l.Runs().Recurring().Few(t.Context(), 1)
				if len(rows) != 1 || !all || err != nil || rows[0].Feed != feed || night == "2" && rows[0].Runs != 2 {
					t.Error(feed, rows, err)
				}
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

// A row that no run has met for long is forgotten.
func TestRecurringRowsExpire(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		meets(t, l, "run-1", RunFinished, MetRow{ID: "old", At: dayOne.AddDate(0, 0, -91)}, MetRow{ID: "a", At: dayOne.AddDate(0, 0, -89)})
		meets(t, l, "run-2", RunFinished)
		if d := cmp.Diff(map[string]int{"a": 1}, runsOf(t, l)); d != "" {
			t.Error(d)
		}
	})
}

// What an absorbed run may have changed is not the same in every run. What it refused may be.
func TestRecurringRowsOfAbsorbedRun(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		meets(t, l, "run-1", RunFinished, MetRow{ID: "a"}, MetRow{ID: "b"}, MetRow{ID: "c"})
		entries := []Entry{{ID: "a", State: user.Present, Record: 1}, {ID: "c", State: user.Present, Record: 2, Replace: true, IfHeld: true}}
		if err := l.Runs().Absorb(t.Context(), Checkpoint{Run: "run-2"}, entries, "run-3"); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(map[string]int{"b": 1, "c": 1}, runsOf(t, l)); d != "" {
			t.Error(d)
		}
	})
}

// forget erases what recurs of an id, and rows without an id, which may be of the same
// person; a rename forgets it, as the row of the new id is another one.
func TestRecurringRowsAreForgotten(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		save(t, l, Entry{ID: "old", State: user.Present, Remote: "r1"})
		meets(t, l, "run-1", RunFinished, MetRow{ID: "a"}, MetRow{ID: "", Hash: 5}, MetRow{ID: "old"}, MetRow{ID: "new"}, MetRow{ID: "b"})
		if err := l.Admin().Forget(t.Context(), "a"); err != nil {
			t.Error(err)
		}
		if err := l.Admin().Forget(t.Context(), "a"); !errors.Is(err, ErrUnknown) {
			t.Error(err)
		}
		if err := l.Admin().Rename(t.Context(), []Renaming{{Old: "old", New: "new"}}); err != nil {
			t.Error(err)
		}
		if d := cmp.Diff(map[string]int{"b": 1}, runsOf(t, l)); d != "" {
			t.Error(d)
		}
	})
}

// imports imports an export, and expects rows.
func imports(t *testing.T, l *Ledger, export string, want []RecurringRow) {
	t.Helper()
	if n, err := l.Admin().Import(t.Context(), strings.NewReader(export)); n != 1 || err != nil {
		t.Error(n, err)
	}
	got, err := l.Runs().Recurring().All(t.Context())
	if d := cmp.Diff(want, got, cmpopts.EquateApproxTime(0), cmpopts.IgnoreFields(RecurringRow{}, "Run")); d != "" || err != nil {
		t.Error(d, err)
	}
}

// A shard is not later than another shard of its run.
func TestRecurringRowsOfShardsAreExported(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		for _, run := range []string{ShardName("run-1", 0), ShardName("run-1", 1), "run-1"} {
			if _, err := l.Runs().Register(t.Context(), Run{Name: run}, 0); err != nil {
				t.Fatal(err)
			}
		}
		save(t, l, Entry{ID: "x", State: user.Present, Run: ShardName("run-1", 0)})
		meets(t, l, ShardName("run-1", 0), RunFinished, MetRow{ID: "a", Hash: -1})
		want, err := l.Runs().Recurring().All(t.Context())
		var out bytes.Buffer
		if err := errors.Join(err, l.Admin().Export(t.Context(), &out)); err != nil || len(want) != 1 {
			t.Fatal(want, err)
		}
		if err := l.Save(t.Context(), Checkpoint{Run: ShardName("run-1", 0)}, nil, MetRow{ID: "a", Over: true}); err != nil {
			t.Fatal(err)
		}
		imports(t, l, out.String(), want)
	})
}

// An export holds what recurs, and an import restores it, unless there was a run since.
func TestRecurringRowsAreExported(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		save(t, l, Entry{ID: "x", State: user.Present})
		meets(t, l, "run-1", RunFinished, MetRow{ID: "a", Hash: -1}, MetRow{ID: "", Hash: 5, Status: user.Invalid, Code: "ragged"})
		want, err := l.Runs().Recurring().All(t.Context())
		var out bytes.Buffer
		if err := errors.Join(err, l.Admin().Export(t.Context(), &out)); err != nil {
			t.Fatal(err)
		}
		if err := l.Save(t.Context(), Checkpoint{Run: "run-1"}, nil, MetRow{ID: "a", Over: true}); err != nil {
			t.Fatal(err)
		}
		twice := out.String() // exports that were joined hold a row twice
		for line := range strings.Lines(out.String()) {
			if strings.Contains(line, `"rejected"`) {
				twice += line
			}
		}
		imports(t, l, twice, want)
		meets(t, l, "run-2", RunStopped, MetRow{ID: "a", Over: true}) // the user is settled
		now, err := l.Runs().Recurring().All(t.Context())
		if err != nil || len(now) != 1 {
			t.Fatal(now, err)
		}
		imports(t, l, out.String(), now)
	})
}
