package ledger

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger/rowset"
	"usersync/sync/user"
)

func TestShowResolveForget(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url, Feed: "hr"})
		lock(t, l)
		mark(t, l, Entry{ID: "x", Standing: user.Present}, Entry{ID: "y", Standing: user.Pending}, Entry{ID: "z", Standing: user.Pending})
		if s, err := l.Admin().Show(t.Context(), "x"); err != nil || s.Feed != "hr" || s.State != user.Present {
			t.Error(s, err)
		}
		if l.Admin().Resolve(t.Context(), "x", "r") == nil {
			t.Error("resolved what was not pending")
		}
		if err := errors.Join(l.Admin().Resolve(t.Context(), "y", "r9"), l.Admin().Resolve(t.Context(), "z", ""), l.Admin().Forget(t.Context(), "x")); err != nil {
			t.Fatal(err)
		}
		k := look(t, l, "x", "y", "z")
		if k[0].State != user.Absent || k[1].State != user.Present || k[1].Remote != "r9" || k[2].State != user.Absent {
			t.Errorf("%+v", k)
		}
		if _, err := l.Admin().Show(t.Context(), "x"); !errors.Is(err, ErrUnknown) {
			t.Error(err)
		}
	})
}

func TestForgottenIsGoneFromTheDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l.db")
	l := open(t, Options{URL: "sqlite:" + path})
	lock(t, l)
	mark(t, l, Entry{ID: "customer-number-4711", Standing: user.Present}, Entry{ID: "other", Standing: user.Present})
	if err := l.Admin().Forget(t.Context(), "customer-number-4711"); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{path, path + "-wal"} {
		b, err := os.ReadFile(file)
		if err != nil || bytes.Contains(b, []byte("customer-number")) {
			t.Errorf("%s still holds the id (%v)", file, err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(b, []byte("other")) {
		t.Errorf("the test looks in the wrong place (%v)", err)
	}
}

func TestExportAndImport(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url})
		lock(t, l)
		all := []Entry{{ID: "x", Standing: user.Present, Remote: "r", Record: 4,
			Prints: user.Fingerprints{Fields: []user.Fingerprint{{Field: user.Email, Sum: 1 << 60}}, Secrets: [16]byte{7}}},
			{ID: "<é>", Standing: user.Pending, Record: 5}}
		mark(t, l, all...)
		var out bytes.Buffer
		if err := l.Admin().Export(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		want := look(t, l, "x", "<é>")
		other := open(t, Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "other.db")})
		lock(t, other)
		if n, err := other.Admin().Import(t.Context(), bytes.NewReader(out.Bytes())); n != 2 || err != nil {
			t.Fatal(n, err)
		}
		if d := cmp.Diff(want, look(t, other, "x", "<é>")); d != "" {
			t.Error(d)
		}
		stranger := open(t, Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "s.db"), Key: fingerprint.NewKey()})
		lock(t, stranger)
		_, err := stranger.Admin().Import(t.Context(), bytes.NewReader(out.Bytes()))
		if _, ok := errors.AsType[*UnusableError](err); !ok {
			t.Error("took an export of another key:", err)
		}
		cut := out.Bytes()[:out.Len()-5]
		if _, err := other.Admin().Import(t.Context(), bytes.NewReader(cut)); err == nil || strings.Contains(err.Error(), "<é>") {
			t.Error("took a cut export:", err)
		}
	})
}

func TestRowsYieldTheFeedOnly(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url, Feed: "a"})
		lease := lock(t, l)
		var many []Entry
		for i := range 2500 {
			many = append(many, Entry{ID: benchUser(i).ID, Standing: user.Present})
		}
		mark(t, l, many...)
		if err := lease.Release(); err != nil {
			t.Fatal(err)
		}
		b := open(t, Options{URL: url, Feed: "b"})
		lock(t, b)
		mark(t, b, Entry{ID: "only-b", Standing: user.Present, Remote: "r"})
		var seen rowset.Set
		for r, err := range l.Rows(t.Context(), "a") {
			if err != nil || r.ID != many[r.Row-1].ID || !seen.Add(r.Row) {
				t.Fatal(r, err)
			}
		}
		top, err := l.Max(t.Context())
		if seen.Len() != 2500 || seen.Max() != 2500 || top != 2501 || err != nil {
			t.Error(seen.Len(), seen.Max(), top, err)
		}
		for r := range b.Rows(t.Context(), "b") {
			if r != (Row{2501, "only-b", "r", user.Present, false}) {
				t.Error(r)
			}
		}
		stats, err := b.Admin().Stats(t.Context())
		if err != nil || len(stats) != 2 || stats[0].Held != 2500 || stats[1].Feed != "b" {
			t.Error(stats, err)
		}
	})
}
