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
		save(t, l, Entry{ID: "x", State: user.Present}, Entry{ID: "y", State: user.Pending}, Entry{ID: "z", State: user.Pending})
		if s, err := l.Admin().Show(t.Context(), "x"); err != nil || s.Feed != "hr" || s.State != user.Present {
			t.Error(s, err)
		}
		if l.Admin().Resolve(t.Context(), "x", "r") == nil {
			t.Error("resolved a user who was not pending")
		}
		if err := errors.Join(l.Admin().Resolve(t.Context(), "y", "r9"), l.Admin().Resolve(t.Context(), "z", ""), l.Admin().Forget(t.Context(), "x")); err != nil {
			t.Fatal(err)
		}
		k := find(t, l, "x", "y", "z")
		if k[0].State != user.Absent || k[1].State != user.Present || k[1].Remote != "r9" || k[2].State != user.Absent {
			t.Errorf("%+v", k)
		}
		if _, err := l.Admin().Show(t.Context(), "x"); !errors.Is(err, ErrUnknown) {
			t.Error(err)
		}
	})
}

func TestForgetErasesTheDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "l.entries.DB")
	l := open(t, Options{URL: "sqlite:" + path})
	lock(t, l)
	save(t, l, Entry{ID: "customer-number-4711", State: user.Present}, Entry{ID: "other", State: user.Present})
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
		all := []Entry{{ID: "x", State: user.Present, Remote: "r", Record: 4,
			Fingerprints: user.Fingerprints{Fields: []user.Fingerprint{{Field: user.Email, Sum: 1 << 60}}, Secrets: [16]byte{7}}},
			{ID: "<é>", State: user.Pending, Record: 5}}
		save(t, l, all...)
		var out bytes.Buffer
		if err := l.Admin().Export(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		want := find(t, l, "x", "<é>")
		other := open(t, Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "other.entries.DB")})
		lock(t, other)
		if n, err := other.Admin().Import(t.Context(), bytes.NewReader(out.Bytes())); n != 2 || err != nil {
			t.Fatal(n, err)
		}
		if d := cmp.Diff(want, find(t, other, "x", "<é>")); d != "" {
			t.Error(d)
		}
		other = open(t, Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "s.db"), Key: fingerprint.NewKey()})
		lock(t, other)
		_, err := other.Admin().Import(t.Context(), bytes.NewReader(out.Bytes()))
		if _, ok := errors.AsType[*UnusableError](err); !ok {
			t.Error("accepted an export with another key:", err)
		}
		cut := out.Bytes()[:out.Len()-5]
		if _, err := other.Admin().Import(t.Context(), bytes.NewReader(cut)); err == nil || strings.Contains(err.Error(), "<é>") {
			t.Error("accepted a truncated export:", err)
		}
	})
}

func TestRowsYieldOneFeed(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		l := open(t, Options{URL: url, Feed: "a"})
		lease := lock(t, l)
		var many []Entry
		for i := range 2500 {
			many = append(many, Entry{ID: benchUser(i).ID, State: user.Present})
		}
		save(t, l, many...)
		if err := lease.Release(); err != nil {
			t.Fatal(err)
		}
		b := open(t, Options{URL: url, Feed: "b"})
		lock(t, b)
		save(t, b, Entry{ID: "only-b", State: user.Present, Remote: "r"})
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
			if r != (Row{Row: 2501, ID: "only-b", Remote: "r", State: user.Present}) {
				t.Error(r)
			}
		}
		stats, err := b.Admin().Stats(t.Context())
		if err != nil || len(stats) != 2 || stats[0].Present != 2500 || stats[1].Feed != "b" {
			t.Error(stats, err)
		}
	})
}
