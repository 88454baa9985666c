package destination_test

import (
	"slices"
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/user"
)

func TestCompareSkipsWhatIsNotReturned(t *testing.T) {
	text := user.TextValue
	r := &user.Record{User: user.User{Attributes: []user.Attribute{
		{Field: user.Email, Value: text("Ann@Example.com")}, {Field: user.City, Value: text("Leipzig")}, {Field: user.Phone, Value: text("+1")},
	}}}
	fold := func(_ user.Field, ours, theirs user.Value) bool { return strings.EqualFold(ours.Text, theirs.Text) }
	for _, test := range []struct {
		held    []user.Attribute
		want    destination.Presence
		differs []user.Field
	}{
		{nil, destination.Same, nil},
		{[]user.Attribute{{Field: user.Email, Value: text("ann@example.com")}, {Field: user.State, Value: text("SN")}}, destination.Same, nil},
		{[]user.Attribute{{Field: user.Phone, Value: text("+2")}, {Field: user.Email, Value: text("ann@example.com")}, {Field: user.City, Value: text("")}}, destination.Different, []user.Field{user.City, user.Phone}},
	} {
		found := destination.Compare(r, test.held, fold)
		if found.Presence != test.want || !slices.Equal(found.Differs, test.differs) || len(found.Held) != len(test.held) {
			t.Errorf("%v: %+v", test.held, found)
		}
	}
}

func TestCheckID(t *testing.T) {
	for id, want := range map[string]string{"a": "", "a/b ü": "", "...": "", "": "missing_id", ".": "bad_id", "..": "bad_id", "a\x00": "bad_id", "a\u0085": "bad_id", "a\xff": "bad_id"} {
		code := ""
		if err := destination.CheckID(id); err != nil {
			code = user.Unsent(err).Code
		}
		if code != want {
			t.Errorf("%q is %s, want %s", id, code, want)
		}
	}
	if o := user.Unsent(destination.CheckKey("bad_remote", user.RemoteID, "..")); o.Status != user.Invalid || o.Code != "bad_remote" || !strings.HasPrefix(o.Detail, "remote_id: ") {
		t.Errorf("%+v", o)
	}
	if err := destination.CheckKey("bad_remote", user.RemoteID, ""); err != nil {
		t.Error(err)
	}
}

func TestCheckSize(t *testing.T) {
	traits := destination.Traits{Ops: map[user.Op]destination.OpTraits{user.Create: {Max: 2}}}
	for _, test := range []struct {
		op   user.Op
		n    int
		over bool
	}{{user.Create, 2, false}, {user.Create, 3, true}, {user.Update, 1, true}, {user.Update, 0, false}} {
		err := traits.CheckSize(user.Batch{Op: test.op, Records: make([]*user.Record, test.n)})
		ce, _ := err.(*destination.CallError)
		if (err != nil) != test.over || err != nil && (ce.Fault != destination.RefusedWhole || ce.Code != "too_many") {
			t.Errorf("%s of %d: %v", test.op, test.n, err)
		}
	}
}

// In doubt outweighs refused, and any failure outweighs a success.
func TestSeverity(t *testing.T) {
	order := []user.Status{user.Created, user.Busy, user.Missing, user.Exists, user.Refused, user.InDoubt}
	if !slices.IsSortedFunc(order, func(a, b user.Status) int { return destination.Severity(a) - destination.Severity(b) }) || destination.Severity(user.Accepted) != -1 {
		t.Error(order)
	}
}
