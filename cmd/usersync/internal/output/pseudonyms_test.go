package output

import (
	"bytes"
	"os"
	"testing"
	"time"

	"usersync/sync/pseudonym"
	"usersync/sync/user"
)

// A run that continues knows whose results it has written, although they hold pseudonyms.
func TestPseudonymsAreTurnedBack(t *testing.T) {
	spec := specIn(t.TempDir())
	spec.Pseudonyms, _ = pseudonym.ParseKey(pseudonym.NewKey())
	f, err := Create(spec, time.Now(), func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	w := f.Writer(discard{})
	for i, status := range []user.Status{user.Created, user.Unchanged, user.Deleted} {
		r := user.Record{Origin: user.Origin{Record: i + 1, File: "users.csv", Absent: status == user.Deleted}}
		if r.User.ID = "cust-" + string(status); r.Origin.Absent {
			r.Origin.File = ""
		}
		o := user.Outcome{Record: &r, Status: status, Remote: r.User.ID}
		if err := w.Write(&o); err != nil {
			t.Fatal(err)
		}
		if r.User.ID != "cust-"+string(status) || o.Record != &r || o.Remote != r.User.ID {
			t.Error("the outcome or its record was changed")
		}
	}
	if err := f.Finish(true, nil); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(f.results.Path())
	if err != nil || bytes.Contains(text, []byte("cust-")) {
		t.Errorf("results hold an id (%v):\n%s", err, text)
	}
	c, err := f.Recount()
	if err != nil || c.LastDeleted != "cust-deleted" || len(c.Keys.Known) != 3 || c.Keys.Known[0].ID != "cust-created" || c.Keys.Known[0].Remote != "cust-created" {
		t.Errorf("%+v, %v", c, err)
	}
	for id, err := range f.UnchangedIDs() {
		if id != "cust-unchanged" || err != nil {
			t.Errorf("unchanged: %q, %v", id, err)
		}
	}
}
