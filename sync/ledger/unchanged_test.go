package ledger

import (
	"strings"
	"testing"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger/rowset"
)

func seenOf(rows ...int64) *rowset.Set {
	s := &rowset.Set{}
	for _, row := range rows {
		s.Add(row)
	}
	return s
}

// An earlier set is removed if a later one contains it.
func TestUnchangedKeepsTheLatestSets(t *testing.T) {
	for name, url := range map[string]string{"sqlite": "sqlite:" + t.TempDir() + "/ledger.db", "postgres": server.database(t)} {
		t.Run(name, func(t *testing.T) { rememberUnchanged(t, openUnchanged(t, url)) })
	}
}

func rememberUnchanged(t *testing.T, l *Ledger) {
	t.Helper()
	for _, c := range []struct {
		run  string
		rows *rowset.Set
		want string
	}{
		{"r1", seenOf(1, 2, 3), "r1"},
		{"r2", seenOf(2, 100), "r2 r1"},
		{"r3", seenOf(1, 2, 3, 4), "r3 r2"},
		{"r3", seenOf(1, 2, 3, 4, 5), "r3 r2"},
		{"r4", seenOf(), "r3 r2"},
		{"r5", seenOf(1, 2, 3, 4, 5, 100, 200), "r5"},
	} {
		if err := l.Runs().KeepUnchanged(t.Context(), c.run, c.rows); err != nil {
			t.Fatal(err)
		}
		all, err := l.Runs().Unchanged(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var runs []string
		for _, u := range all {
			runs = append(runs, u.Run)
			if u.Run == c.run && (u.Rows.Len() != c.rows.Len() || !u.Rows.Contains(c.rows) || u.Rows.Has(99)) {
				t.Errorf("%s: got other rows", c.run)
			}
		}
		if got := strings.Join(runs, " "); got != c.want {
			t.Errorf("after %s: %s, want %s", c.run, got, c.want)
		}
	}
	for i := range int64(3 * maxKept) {
		if err := l.Runs().KeepUnchanged(t.Context(), "s"+string(rune('A'+i)), seenOf(1000+i)); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := l.Runs().Unchanged(t.Context()); err != nil || len(all) != maxKept || all[0].Run != "s"+string(rune('A'+3*maxKept-1)) {
		t.Errorf("%d sets are kept: %v", len(all), err)
	}
}

// The shards of a run keep one set, however many there are.
func TestShardsKeepOneUnchangedSet(t *testing.T) {
	l := openUnchanged(t, server.database(t))
	if err := l.Runs().KeepUnchanged(t.Context(), "r1", seenOf(7000)); err != nil {
		t.Fatal(err)
	}
	for i := range 3 * maxKept {
		if err := l.Runs().KeepUnchanged(t.Context(), ShardName("r2", i), seenOf(int64(i+1), int64(100*i+1))); err != nil {
			t.Fatal(err)
		}
	}
	all, err := l.Runs().Unchanged(t.Context())
	if err != nil || len(all) != 2 || all[0].Run != "r2" || all[1].Run != "r1" {
		t.Fatal(all, err)
	}
	if rows := all[0].Rows; rows.Len() != 6*maxKept-1 || !rows.Has(1) || !rows.Has(3*maxKept) || !rows.Has(100*(3*maxKept-1)+1) {
		t.Errorf("%d rows", rows.Len())
	}
}

func openUnchanged(t *testing.T, url string) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), Options{URL: url, Key: fingerprint.NewKey(), Scope: "a%_|é"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := l.Lock(t.Context(), "run", 0); err != nil {
		t.Fatal(err)
	}
	return l
}

// BenchmarkKeepUnchanged measures the extra cost of a million unchanged users: a bit for
// each, and saving the set once.
func BenchmarkKeepUnchanged(b *testing.B) {
	l, err := Open(b.Context(), Options{URL: "sqlite:" + b.TempDir() + "/ledger.db", Scope: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	if _, err := l.Lock(b.Context(), "run", 0); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var seen rowset.Set
		for row := range int64(1_000_000) {
			if row%100 != 99 {
				seen.Add(row + 1)
			}
		}
		if err := l.Runs().KeepUnchanged(b.Context(), "run", &seen); err != nil {
			b.Fatal(err)
		}
	}
}
