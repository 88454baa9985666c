package ledger

import (
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"usersync/sync/user"
)

// model is the ledger as a plain map, following the documentation of Entry.
type model map[string]modelled

type modelled struct {
	standing user.EntryState
	remote   string
	run      string
	record   int
	fields   map[user.Field]uint64
	secrets  [16]byte
}

func (m model) apply(run string, e Entry) {
	if e.State == user.Absent {
		delete(m, e.ID)
		return
	}
	x := m[e.ID]
	x.fields = maps.Clone(x.fields)
	if e.Replace || x.fields == nil {
		x = modelled{fields: map[user.Field]uint64{}}
	}
	if x.standing, x.run, x.record = e.State, run, e.Record; e.Remote != "" {
		x.remote = e.Remote
	}
	for _, f := range e.Fingerprints.Fields {
		x.fields[f.Field] = f.Sum
	}
	if e.Fingerprints.Secrets != ([16]byte{}) {
		x.secrets = e.Fingerprints.Secrets
	}
	for _, d := range e.Uncertain {
		delete(x.fields, d)
		if d.IsSecret() {
			x.secrets = [16]byte{}
		}
	}
	m[e.ID] = x
}

func (m model) known(id string) modelled {
	x := m[id]
	if x.fields == nil {
		x.fields = map[user.Field]uint64{}
	}
	return x
}

func fromKnown(k user.LedgerEntry) modelled {
	x := modelled{k.State, k.Remote, k.Run, k.Record, map[user.Field]uint64{}, k.Fingerprints.Secrets}
	for _, f := range k.Fingerprints.Fields {
		x.fields[f.Field] = f.Sum
	}
	return x
}

var (
	someIDs    = rapid.SampledFrom([]string{"a", "b", "c", "d e", "é", `"`, "\\", "1", "01", "A", "ÿ", "x'y"})
	someFields = rapid.SampledFrom([]user.Field{user.Email, user.Phone, user.City, "extra.é", "attributes.x.y"})
	someRuns   = rapid.SampledFrom([]string{"run-1", "run-2"})
)

func someEntry(t *rapid.T) Entry {
	e := Entry{ID: someIDs.Draw(t, "id"), State: user.EntryState(rapid.IntRange(0, 3).Draw(t, "standing")),
		Remote: rapid.SampledFrom([]string{"", "", "r1", "r2"}).Draw(t, "remote"), Record: rapid.IntRange(1, 1<<40).Draw(t, "record"),
		Replace: rapid.IntRange(0, 4).Draw(t, "anew") == 0}
	for _, f := range rapid.SliceOfNDistinct(someFields, 0, 5, rapid.ID).Draw(t, "fields") {
		e.Fingerprints.Fields = append(e.Fingerprints.Fields, user.Fingerprint{Field: f, Sum: rapid.Uint64().Draw(t, "sum")})
	}
	e.Fingerprints.Secrets[3] = rapid.Byte().Draw(t, "secrets")
	e.Uncertain = rapid.SliceOfN(rapid.OneOf(someFields, rapid.Just(user.SSN)), 0, 2).Draw(t, "doubted")
	return e
}

func TestLedgerIsAMap(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		n := 0
		rapid.Check(t, func(r *rapid.T) {
			n++
			o := Options{URL: url, Scope: "scope " + strconv.Itoa(n), Key: testKey}
			l, err := Open(t.Context(), o)
			if err != nil {
				r.Fatal(err)
			}
			defer func() { l.Close() }()
			m := model{}
			for range rapid.IntRange(1, 4).Draw(r, "marks") {
				if _, err := l.Lock(t.Context(), "run", 0); err != nil {
					r.Fatal(err)
				}
				run, entries := someRuns.Draw(r, "run"), rapid.SliceOfN(rapid.Custom(someEntry), 0, 20).Draw(r, "entries")
				if err := l.Save(t.Context(), Checkpoint{Run: run}, entries); err != nil {
					r.Fatal(err)
				}
				for _, e := range entries {
					m.apply(run, e)
				}
				if rapid.Bool().Draw(r, "reopen") {
					if err := l.Close(); err != nil {
						r.Fatal(err)
					}
					if l, err = Open(t.Context(), o); err != nil {
						r.Fatal(err)
					}
				} else if err := l.writer.held().Release(); err != nil {
					r.Fatal(err)
				}
				compare(t, r, l, m)
			}
		})
	})
}

// compare looks up ids in any order, some of them twice and some unknown, and lists all.
func compare(t *testing.T, r *rapid.T, l *Ledger, m model) {
	ids := rapid.SliceOfN(someIDs, 1, 30).Draw(r, "ids")
	known, err := l.Lookup(t.Context(), ids)
	if err != nil {
		r.Fatal(err)
	}
	for i, id := range ids {
		if d := cmp.Diff(m.known(id), fromKnown(known[i]), cmp.AllowUnexported(modelled{})); d != "" {
			r.Fatalf("%q: %s", id, d)
		}
	}
	var listed []string
	for row, err := range l.Rows(t.Context(), "default") {
		if err != nil {
			r.Fatal(err)
		}
		listed = append(listed, row.ID)
	}
	if want := slices.Sorted(maps.Keys(m)); !slices.Equal(want, slices.Sorted(slices.Values(listed))) {
		r.Fatalf("listed %q, want %q", listed, want)
	}
}
