package ledger

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// oldKey is the key of the ledgers under testdata.
const oldKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

// The two scopes of these ledgers.
const (
	oldKard = "kard|api.example.com|org"
	oldAcme = "acme|api.example.com:8443|eu|1"
)

// oldPlain is the scope of the ledgers of schemas 2 and 3.
const oldPlain = "kard|https://api.example.com|org"

// fromSchema1 runs a test on ledgers made by the last version with schema 1.
func fromSchema1(t *testing.T, test func(t *testing.T, o Options)) { fromSchema(t, "schema1", test) }

// fromSchema runs a test on ledgers made by an earlier version.
func fromSchema(t *testing.T, schema string, test func(t *testing.T, o Options)) {
	key, err := fingerprint.ParseKey(oldKey)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("sqlite", func(t *testing.T) {
		file, err := os.ReadFile("testdata/" + schema + ".db")
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "ledger.db")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		test(t, Options{URL: "sqlite:" + path, Key: key})
	})
	t.Run("postgres", func(t *testing.T) {
		text, err := os.ReadFile("testdata/" + schema + ".sql")
		if err != nil {
			t.Fatal(err)
		}
		url := server.database(t)
		db, err := sql.Open("pgx", url)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for statement := range strings.SplitSeq(string(text), ";\n") {
			if _, err := db.Exec(statement); err != nil {
				t.Fatal(err, statement)
			}
		}
		test(t, Options{URL: url, Key: key})
	})
}

// Nothing that was stored with schema 1 is lost.
func TestUpgradeKeepsEntries(t *testing.T) {
	fromSchema1(t, func(t *testing.T, o Options) {
		o.Scope = oldKard
		l := open(t, o)
		known := find(t, l, "cust-1", "Straße-9", "taken", "cust-3", "removed")
		p := l.Fingerprinter()
		for i, id := range []string{"cust-1", "Straße-9"} {
			want := p.Fingerprints(nil, &user.User{ID: id, Attributes: []user.Attribute{{Field: user.Email, Value: user.TextValue(id + "@example.com")}}})
			if k := known[i]; k.State != user.Present || k.Run != "20260101T000000Z-aaaaaa" || !fingerprint.Same(k.Fingerprints, want) {
				t.Errorf("%s: %+v", id, k)
			}
		}
		if known[2].State != user.AcceptedLater || known[3].State != user.Present || known[4].State != user.Absent {
			t.Errorf("%+v", known[2:])
		}
		if s, err := l.Admin().Show(t.Context(), "cust-3"); err != nil || s.Feed != "other" {
			t.Error(s, err)
		}
		if m, ok, err := l.LastCheckpoint(t.Context(), "20260102T000000Z-bbbbbb"); !ok || err != nil || m.Record != 2 {
			t.Error(m, ok, err)
		}
		if r, ok, err := l.Rules(t.Context()); !ok || err != nil || r.Mapping != "m" {
			t.Error(r, ok, err)
		}
		if u, err := l.Runs().Unchanged(t.Context()); len(u) != 1 || err != nil {
			t.Error(u, err)
		}
		if runs, err := l.Runs().Unfinished(t.Context()); len(runs) != 0 || err != nil {
			t.Error("a run from before the registry counts as unfinished:", runs, err)
		}
	})
}

// Nothing that was stored with schema 2 is lost, and what recurs is remembered from now on.
func TestUpgradeFromSchema2(t *testing.T) {
	fromSchema(t, "schema2", func(t *testing.T, o Options) {
		o.Scope = oldPlain
		l := open(t, o)
		known := find(t, l, "cust-1", "Straße-9", "gone")
		if known[0].State != user.Present || known[1].Remote != "r-1" || known[2].State != user.Absent || len(known[0].Fingerprints.Fields) != 1 {
			t.Errorf("%+v", known)
		}
		if runs, err := l.Runs().Find(t.Context(), "20260101T000000Z-aaaaaa"); err != nil || runs["20260101T000000Z-aaaaaa"].State != RunFinished {
			t.Error(runs, err)
		}
		lock(t, l)
		for _, run := range []string{"run-1", "run-2"} {
			meets(t, l, run, RunFinished, MetRow{ID: "a"})
		}
		if d := cmp.Diff(map[string]int{"a": 2}, runsOf(t, l)); d != "" {
			t.Error(d)
		}
	})
}

// Nothing that was stored with schema 3 is lost.
func TestUpgradeFromSchema3(t *testing.T) {
	fromSchema(t, "schema3", func(t *testing.T, o Options) {
		o.Scope = oldPlain
		l := open(t, o)
		known := find(t, l, "cust-1", "Straße-9", "gone")
		if known[0].State != user.Present || known[1].Remote != "r-1" || known[2].State != user.Absent || len(known[0].Fingerprints.Fields) != 1 {
			t.Errorf("%+v", known)
		}
		if d := cmp.Diff(map[string]int{"a": 2}, runsOf(t, l)); d != "" {
			t.Error(d)
		}
		if version, _, err := l.entries.DB.Meta(t.Context(), l.entries.DB.Read, "schema"); err != nil || version == "3" {
			t.Error(version, err)
		}
	})
}

// A program with schema 3 that holds the account continues its run when a newer one upgrades
// the ledger, and the newer one waits for it.
func TestUpgradeDuringARun(t *testing.T) {
	fromSchema(t, "schema3", func(t *testing.T, o Options) {
		if strings.HasPrefix(o.URL, "sqlite:") {
			return // its runs hold a lock on a file
		}
		old, err := sql.Open("pgx", o.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer old.Close()
		holding := func(statement string) {
			t.Helper()
			if err := old.QueryRow(statement + ` RETURNING num`).Scan(new(int64)); err != nil {
				t.Fatal(err)
			}
		}
		holding(`UPDATE usersync_scope SET epoch = 7, holder = 'x', expires = CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) + 60000 WHERE num = 1`)
		o.Scope = oldPlain
		l := open(t, o)
		soon, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if _, err := l.Lock(soon, "new", time.Minute); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		holding(`UPDATE usersync_scope SET generation = generation + 1 WHERE num = 1 AND epoch = 7`)
		holding(`UPDATE usersync_scope SET expires = 0, holder = '' WHERE num = 1 AND epoch = 7`)
		lock(t, l)
	})
}

// An upgrade to schema 2 folds the ids that are there.
func TestUpgradeFoldsIDs(t *testing.T) {
	fromSchema1(t, func(t *testing.T, o Options) {
		o.Scope = oldKard
		l := open(t, o)
		got, err := l.Identities().Lookalikes(t.Context(), []string{"cust-1", "CUST-1", "123", "straße-9", "cust-2", "nobody"})
		if err != nil {
			t.Fatal(err)
		}
		want := map[string][]string{"cust-1": {"Cust-1"}, "CUST-1": {"cust-1", "Cust-1"}, "123": {"00123"}, "straße-9": {"Straße-9", "STRASSE-9"}}
		if d := cmp.Diff(want, idsOf(got)); d != "" {
			t.Error(d)
		}
		o.Scope = oldAcme
		held, err := open(t, o).Identities().HoldersOf(t.Context(), []string{"r-1", "r-3", "", "r-9"})
		if d := cmp.Diff(map[string][]string{"r-1": {"a-1", "a-2"}, "r-3": {"A-3"}}, held); d != "" || err != nil {
			t.Error(d, err)
		}
	})
}

func TestUpgradeSplitsScopes(t *testing.T) {
	fromSchema1(t, func(t *testing.T, o Options) {
		o.Scope = oldKard
		all, err := open(t, o).Admin().Scopes(t.Context(), "")
		want := []Scope{{Name: oldAcme, Place: Place{Destination: "acme", Base: "", Account: "eu|1"}, Entries: true, Open: false}, {Name: oldKard, Place: Place{Destination: "kard", Base: "", Account: "org"}, Entries: true, Open: false}}
		if d := cmp.Diff(want, all); d != "" || err != nil {
			t.Error(d, err)
		}
	})
}

// Runs keep the order in which the ledger first saw them.
func TestUpgradeKeepsTheOrderOfRuns(t *testing.T) {
	fromSchema1(t, func(t *testing.T, o Options) {
		o.Scope = oldKard
		l := open(t, o)
		lock(t, l)
		now, err := l.Runs().Register(t.Context(), Run{Name: "19990101T000000Z-behind"}, 0) // a clock that is wrong
		if err != nil {
			t.Fatal(err)
		}
		runs, err := l.Runs().Find(t.Context(), "20260101T000000Z-aaaaaa", "20260102T000000Z-bbbbbb")
		if a, b := runs["20260101T000000Z-aaaaaa"].Order, runs["20260102T000000Z-bbbbbb"].Order; err != nil || a == 0 || a >= b || b >= now {
			t.Error(a, b, now, err)
		}
	})
}

// Ids that another version of identity.Fold has folded are folded again.
func TestOldFoldsAreFoldedAgain(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		save(t, l, Entry{ID: "A-1", State: user.Present}, Entry{ID: "b-1", State: user.Present})
		for _, statement := range []string{`UPDATE usersync_entry SET folded = NULL WHERE id = 'A-1'`, `UPDATE usersync_entry SET folded = 'x' WHERE id = 'b-1'`,
			`UPDATE usersync_meta SET value = '0' WHERE name = 'fold'`} {
			if _, err := l.entries.DB.Write.Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := open(t, Options{URL: url}).Identities().Lookalikes(t.Context(), []string{"a-1", "x", "B-1"})
		if d := cmp.Diff(map[string][]string{"a-1": {"A-1"}, "B-1": {"b-1"}}, idsOf(got)); d != "" || err != nil {
			t.Error(d, err)
		}
	})
}

func idsOf(all map[string][]Lookalike) map[string][]string {
	ids := map[string][]string{}
	for id, some := range all {
		for _, one := range some {
			ids[id] = append(ids[id], one.ID)
		}
	}
	return ids
}
