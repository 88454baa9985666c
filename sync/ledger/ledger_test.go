package ledger

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger/internal/database"
	"usersync/sync/user"
)

// everywhere runs a test on both databases, each at the address url.
func everywhere(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, "sqlite:"+filepath.Join(t.TempDir(), "a %b?#.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, server.database(t)) })
}

var testKey = fingerprint.NewKey()

func open(t *testing.T, o Options) *Ledger {
	t.Helper()
	if o.Scope == "" {
		o.Scope = "kard https://example.test acme"
	}
	if !o.Key.Given() {
		o.Key = testKey
	}
	l, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func lock(t *testing.T, l *Ledger) *Lease {
	t.Helper()
	lease, err := l.Lock(t.Context(), "run-1", 0)
	if err != nil {
		t.Fatal(err)
	}
	return lease
}

func save(t *testing.T, l *Ledger, entries ...Entry) {
	t.Helper()
	if err := l.Save(t.Context(), Checkpoint{Run: "run-1", Record: len(entries)}, entries); err != nil {
		t.Fatal(err)
	}
}

func find(t *testing.T, l *Ledger, ids ...string) []user.LedgerEntry {
	t.Helper()
	known, err := l.Lookup(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	return known
}

func fingerprints(pairs ...user.Fingerprint) user.Fingerprints {
	return user.Fingerprints{Fields: pairs}
}

func TestNewLedgerIsEmpty(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		if k := find(t, l, "a")[0]; k.State != user.Absent || k.Row != 0 {
			t.Errorf("got %+v", k)
		}
		if g, err := l.Generation(t.Context()); g != 0 || err != nil {
			t.Error(g, err)
		}
		if _, ok, err := l.LastCheckpoint(t.Context(), "run-1"); ok || err != nil {
			t.Error(ok, err)
		}
	})
}

func TestCheckpointSurvivesReopening(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		m := Checkpoint{Run: "run-1", Record: 2, Input: 77, SHA256: [32]byte{1, 2}, Sizes: map[string]int64{"results": 9}, At: time.UnixMilli(1234)}
		one := user.Fingerprints{Fields: []user.Fingerprint{{Field: user.Email, Sum: 1<<64 - 1}, {Field: "extra.x", Sum: 2}}, Secrets: [16]byte{9}}
		err := l.Save(t.Context(), m, []Entry{{ID: "é'\"\\", State: user.Present, Remote: "r1", Record: 1, Fingerprints: one},
			{ID: "b", State: user.AcceptedLater, Run: "run-0", Record: 7}})
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = open(t, Options{URL: url})
		want := []user.LedgerEntry{{State: user.AcceptedLater, Row: 2, Run: "run-0", Record: 7}, {},
			{State: user.Present, Row: 1, Remote: "r1", Run: "run-1", Record: 1, Fingerprints: one}}
		if d := cmp.Diff(want, find(t, l, "b", "c", "é'\"\\")); d != "" {
			t.Error(d)
		}
		if got, ok, err := l.LastCheckpoint(t.Context(), "run-1"); err != nil || !ok || !cmp.Equal(m, got) {
			t.Error(cmp.Diff(m, got), ok, err)
		}
	})
}

func TestScopesAreSeparate(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		a, b := open(t, Options{URL: url, Scope: "a"}), open(t, Options{URL: url, Scope: "b"})
		lock(t, a)
		lock(t, b) // the lease of another scope does not matter
		save(t, a, Entry{ID: "x", State: user.Present, Remote: "a"})
		save(t, b, Entry{ID: "x", State: user.Pending, Remote: "b"})
		if ka, kb := find(t, a, "x")[0], find(t, b, "x")[0]; ka.Remote != "a" || kb.Remote != "b" || ka.Row != 1 || kb.Row != 1 {
			t.Errorf("%+v %+v", ka, kb)
		}
	})
}

func TestFieldsLeftOutKeepTheirFingerprints(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		old := user.Fingerprints{Fields: []user.Fingerprint{{Field: user.Email, Sum: 1}, {Field: user.Phone, Sum: 2}}, Secrets: [16]byte{1}}
		save(t, l, Entry{ID: "x", State: user.Present, Remote: "r", Fingerprints: old})
		save(t, l, Entry{ID: "x", State: user.Present, Fingerprints: fingerprints(user.Fingerprint{Field: user.City, Sum: 3}), Uncertain: []user.Field{user.Phone, user.SSN}})
		if d := cmp.Diff(fingerprints(user.Fingerprint{Field: user.Email, Sum: 1}, user.Fingerprint{Field: user.City, Sum: 3}), find(t, l, "x")[0].Fingerprints); d != "" {
			t.Error(d)
		}
		save(t, l, Entry{ID: "x", State: user.Present, Replace: true, Fingerprints: fingerprints(user.Fingerprint{Field: user.City, Sum: 4})})
		if k := find(t, l, "x")[0]; k.Remote != "" || len(k.Fingerprints.Fields) != 1 || k.Row != 1 {
			t.Errorf("created again: %+v", k)
		}
		save(t, l, Entry{ID: "x", State: user.Present, Remote: "r"})
		if err := l.RecordIntent(t.Context(), "run-1", []Entry{{ID: "x"}}); err != nil {
			t.Fatal(err)
		}
		if k := find(t, l, "x")[0]; k.State != user.Pending || k.Remote != "" || len(k.Fingerprints.Fields) > 0 {
			t.Errorf("pending: %+v", k)
		}
	})
}

// Nothing known is kept about a user who is about to be created.
func TestRecordIntentForgetsWhatWasKnown(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		old := fingerprints(user.Fingerprint{Field: user.Email, Sum: 1})
		save(t, l, Entry{ID: "x", State: user.Present, Remote: "gone", Fingerprints: old}, Entry{ID: "y", State: user.Present, Remote: "gone", Fingerprints: old})
		err := l.RecordIntent(t.Context(), "run-1", []Entry{{ID: "x", Fingerprints: fingerprints(user.Fingerprint{Field: user.Email, Sum: 5})}, {ID: "y", Remote: "given"}})
		if err != nil {
			t.Fatal(err)
		}
		for i, remote := range []string{"", "given"} {
			if k := find(t, l, "x", "y")[i]; k.State != user.Pending || k.Remote != remote || len(k.Fingerprints.Fields) > 0 {
				t.Errorf("pending: %+v, want the key %q and no fingerprint", k, remote)
			}
		}
	})
}

func TestGenerationRisesWithEachChange(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		for want := int64(1); want < 4; want++ {
			save(t, l)
			if g, err := l.Generation(t.Context()); g != want || err != nil {
				t.Error(g, err)
			}
		}
	})
}

// A plan stays valid while runs only begin; one that is continued, or did something, ends it.
func TestGenerationOutlivesARunThatOnlyBegan(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		save(t, l)
		register(t, l, "killed")
		register(t, l, "refused")
		if err := l.Runs().Withdraw(t.Context(), "refused"); err != nil {
			t.Fatal(err)
		}
		if g, err := l.Generation(t.Context()); g != 1 || err != nil {
			t.Error(g, err)
		}
		for _, run := range []string{"killed", "unknown"} {
			if _, _, err := l.Stored().TakeOver(t.Context(), run, "journal", io.Discard); err != nil {
				t.Fatal(err)
			}
		}
		if g, err := l.Generation(t.Context()); g != 1 || err != nil {
			t.Error("after another machine has looked at it:", g, err)
		}
		register(t, l, "killed")
		if g, err := l.Generation(t.Context()); g != 2 || err != nil {
			t.Error(g, err)
		}
	})
}

func TestNothingIsWrittenWithoutALease(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		if err := l.Save(t.Context(), Checkpoint{Run: "r"}, nil); !errors.Is(err, ErrUnlocked) {
			t.Error(err)
		}
		lease := lock(t, l)
		save(t, l, Entry{ID: "x", State: user.Present})
		if err := lease.Release(); err != nil {
			t.Fatal(err)
		}
		if lease.Check() == nil || !errors.Is(l.Admin().Forget(t.Context(), "x"), ErrUnlocked) {
			t.Error("written after the release")
		}
	})
}

func TestFailedCheckpointSavesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		err := l.Save(t.Context(), Checkpoint{Run: "r"}, []Entry{{ID: "x", State: user.Present}, {ID: "a\x00b", State: user.Present, Record: 2}})
		if !errors.Is(err, database.ErrBadID) || strings.Contains(err.Error(), "a\x00b") {
			t.Error(err)
		}
		if k := find(t, l, "x")[0]; k.State != user.Absent {
			t.Error("part of a checkpoint was saved")
		}
		if g, _ := l.Generation(t.Context()); g != 0 {
			t.Error("generation", g)
		}
	})
}

func TestLookupInAnyOrder(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		var many []Entry
		var ids []string
		for i := range 5000 {
			many = append(many, Entry{ID: benchUser(i).ID, State: user.Present, Record: i})
			ids = append(ids, benchUser(i).ID)
		}
		save(t, l, many...)
		l = open(t, Options{URL: url}) // which does not know that it has added all
		backwards := slices.Clone(ids)
		slices.Reverse(backwards)
		gaps := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return strings.HasSuffix(id, "7") })
		twice := append(slices.Clone(ids[:700]), ids[:700]...)
		for name, order := range map[string][]string{"same": ids, "back": backwards, "gaps": gaps, "twice": twice} {
			for range 2 {
				for i, k := range find(t, l, append([]string{"nobody"}, order...)...)[1:] {
					if k.State != user.Present || many[k.Record].ID != order[i] {
						t.Fatalf("%s: index %d: %+v", name, i, k)
					}
				}
			}
		}
	})
}

// One checkpoint may contain an id twice, in different chunks, before other transactions
// can see the numbers of the run and the fields.
func TestCheckpointRepeatsAnIDInAnotherChunk(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		var entries []Entry
		n := l.EntriesAtOnce()
		for i := range 2*n + 1 {
			id := fmt.Sprint("u-", i%n)
			entries = append(entries, Entry{ID: id, State: user.Present, Record: i + 1, Fingerprints: fingerprints(user.Fingerprint{Field: "email", Sum: uint64(i)})})
		}
		save(t, l, entries...)
		got := find(t, l, "u-0", "u-1")
		if got[0].Record != 2*n+1 || got[1].Record != n+2 || got[1].Fingerprints.Fields[0].Sum != uint64(n+1) {
			t.Errorf("got %+v", got)
		}
	})
}
