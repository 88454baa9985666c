package checkpoint

import (
	"fmt"
	"testing"
	"time"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// Each checkpoint tells the ledger the fingerprints of its own users, whatever users the
// checkpoints before it had.
func TestFingerprintsOfEachCheckpoint(t *testing.T) {
	s := newScene(t)
	s.lastAt = time.Now().Add(time.Hour) // so none is made for the time alone
	var all []user.User
	for i := range 5 * s.ledger.EntriesAtOnce() {
		u := user.User{ID: fmt.Sprint("u", i), Attributes: []user.Attribute{{Field: user.Email, Value: user.TextValue(fmt.Sprint(i))}}}
		for _, more := range []user.Field{user.City, user.Phone, user.Role}[:i/7%4] {
			u.Attributes = append(u.Attributes, user.Attribute{Field: more, Value: user.TextValue(fmt.Sprint(more, i%100))})
		}
		all = append(all, u)
		r := &user.Record{Op: user.Upsert, Origin: user.Origin{Record: i + 1}, User: u}
		o := user.Outcome{Record: r, Status: user.Created}
		if i%11 == 0 {
			o.Status = user.Deleted
		}
		if err := s.Write(&o); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Finish(nil, true, false); err != nil {
		t.Fatal(err)
	}
	prints := s.ledger.Fingerprinter()
	for i := range all {
		known, err := s.ledger.Lookup(t.Context(), []string{all[i].ID})
		if err != nil {
			t.Fatal(err)
		}
		if got := prints.Fingerprints(nil, &all[i]); i%11 != 0 && (len(known[0].Fingerprints.Fields) != len(got.Fields) || !fingerprint.Same(known[0].Fingerprints, got)) {
			t.Fatalf("%s: the ledger has %v, want %v", all[i].ID, known[0].Fingerprints, got)
		}
	}
}
