package output

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/reader"
	"usersync/sync/destination/owned"
	"usersync/sync/user"
)

// discard takes outcomes and keeps none.
type discard struct{}

func (discard) Write(*user.Outcome) error { return nil }

// What the files hold counts, not what was written to a buffer: a row that is cut off was
// never written.
func TestRecount(t *testing.T) {
	spec := Spec{Output: config.Output{RunsDir: t.TempDir(), ResultsFormat: "csv"}, Layout: reader.Layout{Format: "csv", Delimiter: ',', Header: []string{"id"}}, Progress: discard{}}
	f, err := Create(spec, time.Now(), func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	w := f.Writer(discard{})
	for i, s := range []user.Status{user.Created, user.Unchanged, user.Created} {
		r := user.Record{Origin: user.Origin{Record: i + 1, File: "users.csv"}}
		r.User.ID = strings.Repeat("u", i+1)
		if err := w.Write(&user.Outcome{Record: &r, Status: s, Action: user.Create}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Finish(true, nil); err != nil || f.Incomplete() {
		t.Fatalf("%v, incomplete: %v", err, f.Incomplete())
	}
	path := f.Dir().Path() + "/results.csv"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text[:len(text)-5], 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := f.Recount()
	if err != nil || c.Written != 2 || c.SettledUpTo != 2 || c.Outcomes[user.Created] != 1 || f.Counts().Records("users.csv") != 2 {
		t.Errorf("%+v, %v", c, err)
	}
	var ids []string
	for id, err := range f.UnchangedIDs() {
		if err != nil && len(ids) == 0 {
			t.Error(err)
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 || ids[0] != "uu" {
		t.Errorf("%q", ids)
	}
}

// What is in the results is not kept in memory as well, however much it is.
func TestKeysMet(t *testing.T) {
	var k KeysMet
	for i := range 3 * owned.Most {
		k.Add(&user.Settled{Record: i, Remote: "r", Code: user.CodeSameUser, Status: user.Refused}, true, false)
		k.Add(&user.Settled{Record: i, Remote: "r", Status: user.Created}, true, false)
		k.Add(&user.Settled{Record: i, Remote: "r", Status: user.Created}, true, true)
	}
	if len(k.Same)+len(k.Disputed) > 0 || len(k.Known) > 2*owned.Most || k.Known[len(k.Known)-1].Record != 3*owned.Most-1 {
		t.Errorf("%d and %d, %d known", len(k.Same), len(k.Disputed), len(k.Known))
	}
	k = KeysMet{}
	for _, status := range []user.Status{user.Refused, user.InDoubt, user.Created} {
		k.Add(&user.Settled{Remote: string(status), Code: user.CodeSameUser, Status: status}, false, true)
	}
	k.Add(&user.Settled{Remote: "r", Status: user.Created}, false, true)
	k.Add(&user.Settled{Status: user.Created}, false, true)
	if len(k.Same) != 3 || len(k.Disputed) != 1 || len(k.Known) != 1 {
		t.Errorf("%+v", k)
	}
}

// A run that is continued groups the rejects of its earlier parts as they did.
func TestRecountGroups(t *testing.T) {
	spec := Spec{Output: config.Output{RunsDir: t.TempDir(), ResultsFormat: "jsonl"}, Layout: reader.Layout{Format: "jsonl"}, Progress: discard{}}
	f, err := Create(spec, time.Now(), func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	w := f.Writer(discard{})
	for i := range 9 {
		r := user.Record{Origin: user.Origin{Record: i + 1, File: "users.jsonl", Line: i + 7, Raw: `{"id":"u"}`}}
		if i == 8 {
			r.Origin = user.Origin{Record: 9, Absent: true}
		}
		o := user.Outcome{Record: &r, Status: user.Statuses[5+i%4], Code: "c", HTTP: 400 + i%4, Detail: "email: '" + strings.Repeat("x", i) + "' is bad"}
		if err := w.Write(&o); err != nil {
			t.Fatal(err)
		}
	}
	want := f.Counts().Causes("kard", nil)
	if err := f.Finish(true, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Recount(); err != nil {
		t.Fatal(err)
	}
	if got := f.Counts().Causes("kard", nil); !reflect.DeepEqual(got, want) || len(got.Groups) != 5 {
		t.Errorf("%+v\nand before %+v", got, want)
	}
}
